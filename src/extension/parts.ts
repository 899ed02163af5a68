/** The few long-lived things of the extension, made once and wired to each other: what commands act on. */
import { DepthUnderline } from "./decorations/depthUnderline";
import { InlinePrediction } from "./decorations/inlinePrediction";
import { TokenColours } from "./decorations/tokenColours";
import { registerDirections } from "./directions/register";
import { Heatmap } from "./heatmap/heatmap";
import { NotesStore } from "./notes/notesStore";
import { AttentionPanel } from "./panels/attentionPanel";
import { KeptLens } from "./panels/keptLens";
import { LensViewProvider } from "./panels/lensView";
import { NeuronsPanel } from "./panels/neuronsPanel";
import { PatchPanel } from "./panels/patchPanel";
import { registerRasp } from "./rasp/register";
import type { Services } from "./services";
import { registerExperiments } from "./steering/experiments";
import { registerSweeps } from "./sweeps/register";

/** All of them. */
export type Parts = ReturnType<typeof makeParts>;

/** Makes them; each is to be disposed of by the caller. */
export function makeParts(services: Services) {
  const { context } = services;
  const colours = new TokenColours();
  const notes = new NotesStore(context.globalStorageUri);
  const neurons = new NeuronsPanel(services, colours, notes);
  const heatmap = new Heatmap(services, colours);
  const attention = new AttentionPanel(services, heatmap);
  const keptLens = new KeptLens(context.workspaceState);
  const marks = { depth: new DepthUnderline(services, keptLens), inline: new InlinePrediction() };
  const experiments = registerExperiments(services);
  const sweeps = registerSweeps(services, experiments.panel);
  const panels = {
    neurons,
    attention,
    steering: experiments.panel,
    sweep: sweeps.panel,
    lens: new LensViewProvider(services, marks, keptLens),
    patch: new PatchPanel(services),
  };
  neurons.register();
  attention.register();
  const looked = {
    neuron: () => neurons.store.state.data?.chosen ?? null,
    head: () => attention.store.state.data?.pattern ?? null,
  };
  const directions = registerDirections(services, { heatmap, colours, looked });
  return {
    services,
    panels,
    heatmap,
    colours,
    notes,
    marks,
    rasp: registerRasp(services),
    directions,
    experiments,
    sweeps,
  };
}
