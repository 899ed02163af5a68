import { pictures, raspData } from "./fixtures/rasp";
import { assertFits, assertReadable } from "./support/checks";
import { themeNames } from "./support/panel";
import { histogram, openRasp } from "./support/rasp";

describe("RASP page: looks", () => {
  const shown = {
    sort: () => raspData(),
    histogram: () => histogram("hist2"),
    elementwise: () => histogram("kept"),
    long: () => raspData(pictures.long()),
    hostile: () => raspData(pictures.hostile()),
  };
  for (const [name, data] of Object.entries(shown)) {
    for (const theme of themeNames) {
      it(`reads well in ${theme} at every width: ${name}`, async () => {
        const panel = await openRasp(data(), { theme, width: 300 });
        for (const width of [300, 600, 1200]) {
          await panel.resize(width);
          await assertReadable(panel.page);
          await assertFits(panel.page);
          await panel.screenshot(`rasp-${name}-${theme}-${width}`);
        }
        await panel.assertClean();
        await panel.close();
      });
    }
  }
});
