/** A direction in a line and in a few. */
import type { DirectionHeader, DirectionLayer } from "../../protocol/direction";
import { methodNames, treeTexts } from "../messages/directions";

/** The layer that a direction is best at. */
export function bestOf({ layers, bestLayer }: DirectionHeader): DirectionLayer | undefined {
  return layers.find(({ layer }) => layer === bestLayer);
}

/** A share as whole percent. */
export const percent = (share: number | null): string =>
  share === null ? "–" : `${Math.round(100 * share)} %`;

/** Method, best layer and what it is worth there, in one line. */
export function shortly(header: DirectionHeader): string {
  const { accuracy = null } = bestOf(header) ?? {};
  const worth = accuracy === null ? treeTexts.notJudged() : treeTexts.heldOut(percent(accuracy));
  return [methodNames[header.method](), treeTexts.best(header.bestLayer), worth].join(" · ");
}

/** All that should be known before one uses it, as sentences. */
export function atLength(header: DirectionHeader): string[] {
  const { template, method, data, warnings, parts } = header;
  const name = methodNames[method]();
  const made = template === undefined ? name : treeTexts.of(name, template);
  const sum = (parts ?? []).map(
    ({ weight, name: of }) => `${weight < 0 ? "−" : "+"} ${Math.abs(weight)} ${of}`,
  );
  const best = bestOf(header);
  const judged =
    best === undefined || best.accuracy === null || best.interval === null
      ? [treeTexts.notJudged()]
      : [
          treeTexts.accuracy(
            percent(best.accuracy),
            percent(best.interval[0]),
            percent(best.interval[1]),
            data.texts.test,
          ),
          treeTexts.nulls(percent(best.percentile.isotropic), percent(best.percentile.shuffled)),
        ];
  return [[made, ...sum].join(" "), treeTexts.best(header.bestLayer), ...judged, ...warnings];
}
