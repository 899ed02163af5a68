/** The colours of fills, borders and the Lens in the editor, as package.json contributes them; nothing here runs in the extension. */
import { colourId, colourLevels, colourSides, lensColours, type ColourSide } from "./contributions";

/** Opacity of each step of a fill, as two hexadecimal digits; the strongest still lets the editor's text be read. */
const opacity = { light: ["26", "40", "5c", "78", "96", "b4"], dark: ["24", "38", "4d", "62", "77", "8c"] };

/** The same for the scale from the background to one hue, under which comments too must be read. */
const heatOpacity = { light: ["14", "24", "34", "44", "54", "64"], dark: opacity.dark };

const hues: Record<ColourSide, Record<"light" | "dark" | "highContrast" | "highContrastLight", string>> = {
  positive: { light: "#f0862b", dark: "#e8861e", highContrast: "#ffa94d", highContrastLight: "#a84300" },
  negative: { light: "#4a8fe0", dark: "#3b86e0", highContrast: "#6cb6ff", highContrastLight: "#0550ae" },
  heat: { light: "#cf6cf0", dark: "#9b1fc4", highContrast: "#e39bff", highContrastLight: "#7b1fa2" },
};

function colourPair(texts: Readonly<Record<string, string>>, side: ColourSide, level: number) {
  const { light, dark, highContrast, highContrastLight } = hues[side];
  const none = "#00000000";
  const described = (part: "fill" | "border") =>
    (texts[`colour.${side}.${part}`] ?? "").replace("{0}", String(level));
  const { light: lightly, dark: darkly } = side === "heat" ? heatOpacity : opacity;
  const fills = { light: light + lightly[level - 1], dark: dark + darkly[level - 1] };
  return [
    {
      id: colourId("fill", side, level),
      description: described("fill"),
      defaults: { ...fills, highContrast: none, highContrastLight: none },
    },
    {
      id: colourId("border", side, level),
      description: described("border"),
      // The two weakest steps stay without a box in high contrast: a box around almost every token says nothing.
      defaults: {
        light: none,
        dark: none,
        highContrast: level > 2 ? highContrast : none,
        highContrastLight: level > 2 ? highContrastLight : none,
      },
    },
  ];
}

/** The colours that package.json contributes; descriptions are the manifest's own texts. */
export function contributedColours(texts: Readonly<Record<string, string>>) {
  const levels = Array.from({ length: colourLevels }, (_, i) => i + 1);
  const steps = colourSides.flatMap((side) => levels.flatMap((level) => colourPair(texts, side, level)));
  return [...steps, ...lensPair()];
}

/** Faint words, and a line in the hue that is no data. */
function lensPair() {
  return [
    {
      id: lensColours.inline,
      description: "The Lens's prediction at the end of the cursor's line.",
      defaults: {
        light: "#767676",
        dark: "#8a8a8a",
        highContrast: "#c8c8c8",
        highContrastLight: "#515151",
      },
    },
    {
      id: lensColours.depth,
      description: "Line under a token that shows its prediction depth.",
      defaults: {
        light: "#b35c00",
        dark: "#e0913a",
        highContrast: "#ffa94d",
        highContrastLight: "#a84300",
      },
    },
  ];
}
