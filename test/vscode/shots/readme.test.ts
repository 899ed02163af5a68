/** Not a test: takes the pictures of README.md into media/docs (`npm run shots`), with the bundled model. */
import { openWorkbench, patience, type Workbench } from "../ui/support/workbench";

const viewport = { width: 1280, height: 900 };

describe("pictures for the README", () => {
  let workbench: Workbench;

  async function open(file: string, explorer = false): Promise<void> {
    workbench = await openWorkbench({
      viewport,
      settings: {
        "workbench.colorTheme": "Default Light Modern",
        "editor.minimap.enabled": false,
        "editor.wordWrap": "on",
        "editor.stickyScroll.enabled": false,
        "breadcrumbs.enabled": false,
      },
    });
    await workbench.openFile(file);
    if (!explorer) await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  }

  async function ready(panel: string): Promise<Awaited<ReturnType<Workbench["webviewFrame"]>>> {
    const frame = await workbench.webviewFrame(panel);
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    return frame;
  }

  async function take(name: string): Promise<void> {
    await workbench.page.mouse.move(viewport.width / 2, viewport.height - 40);
    await workbench.page.waitForTimeout(1500);
    await workbench.screenshot(name);
  }

  it("lens", async () => {
    await open("search.ts", true);
    await workbench.selectText("  let high = items.");
    await workbench.page.keyboard.press("ArrowRight");
    await workbench.runCommand("Introspect: Show Lens");
    await ready("lens");
    const side = await workbench.page.locator(".part.sidebar").boundingBox();
    const edge = side!.x + side!.width;
    await workbench.page.mouse.move(edge + 1, 400);
    await workbench.page.mouse.down();
    await workbench.page.mouse.move(edge + 250, 400, { steps: 10 });
    await workbench.page.mouse.up();
    await take("lens");
  });

  it("neurons", async () => {
    await open("search.ts");
    await workbench.selectText("binarySearch");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    const frame = await ready("neurons");
    await frame.locator(".ranking .neuron").first().click();
    await frame.locator(".card .card-name").waitFor({ timeout: patience });
    await take("neurons");
  });

  it("attention", async () => {
    await open("search.ts");
    await workbench.selectText("compare(items[middle], wanted)");
    await workbench.contextMenu("Introspect", "Show Attention on Selection");
    const frame = await ready("attention");
    // The first head looks at what stands right before: its arcs stay within the selection.
    await frame.locator(".arcs path").first().waitFor({ timeout: patience });
    await frame
      .locator(".controls")
      .first()
      .evaluate((e) => e.scrollIntoView({ block: "end" }));
    await take("attention");
  });

  it("heatmap", async () => {
    await open("search.ts");
    await workbench.page.keyboard.press("Control+Home");
    await workbench.runCommand("Introspect: Colour Text by…");
    const row = workbench.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "Surprisal" });
    await row.first().click();
    const legend = workbench.page.locator(".statusbar-item[id*='introspect.heatmap']");
    await legend.filter({ hasText: /bits\/byte$/ }).waitFor({ timeout: patience });
    await legend.hover();
    await workbench.page
      .locator(".monaco-hover")
      .filter({ hasText: /Not an error/ })
      .first()
      .waitFor();
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot("heatmap");
  });

  it("steering", async () => {
    await open("stories.md");
    await workbench.runCommand("Introspect: Steering Experiment…");
    const answers: [number, string | undefined][] = [
      [1, "const"],
      [2, "import"],
      [3, undefined],
      [4, undefined],
      [5, "The result of the search is"],
      [6, "16"],
      [7, "const-minus-import"],
    ];
    for (const [step, text] of answers) {
      const title = workbench.page.locator(".quick-input-titlebar, .quick-input-title");
      await title
        .filter({ hasText: `(${step}/7)` })
        .first()
        .waitFor();
      if (text !== undefined) await workbench.page.locator(".quick-input-widget input.input").fill(text);
      await workbench.page.keyboard.press("Enter");
    }
    await ready("steering");
    await take("steering");
  });
});
