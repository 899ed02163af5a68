/** A person's own label and note of a neuron; kept by the host, in a file. */
import { toErrorData } from "../../../src/base/errors";
import type { NeuronNote, NeuronNotes } from "../../../src/protocol/neuronPanel";
import { h, setText } from "../../shared/dom";
import { neuronName } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { TextArea, TextField } from "../../shared/ui";
import type { NeuronPlace } from "./colourButton";

const empty: NeuronNote = { label: "", note: "" };

/** What the notes say of a neuron. */
export function noteOf(notes: NeuronNotes | undefined, { layer, neuron }: NeuronPlace): NeuronNote {
  const found = notes?.of.find((one) => one.layer === layer && one.neuron === neuron);
  return found ? { label: found.label, note: found.note } : empty;
}

const same = (a: NeuronNote, b: NeuronNote): boolean => a.label === b.label && a.note === b.note;

/** Fields that keep what is being typed while snapshots come and go. */
export class NoteEditor {
  readonly element: HTMLElement;
  private readonly label = new TextField("Your label", () => void this.save());
  private readonly note = new TextArea("Your note", () => void this.save());
  private readonly says = h("p", { class: "note", role: "status" });
  private place: NeuronPlace | null = null;
  private before: NeuronNote = empty;

  constructor(private readonly context: PageContext) {
    this.element = h("div", { class: "note-editor" }, this.label.element, this.note.element, this.says);
  }

  /** Shows the notes of a neuron, unless somebody is writing about it. */
  update(place: NeuronPlace, notes: NeuronNotes | undefined): void {
    const isOther = this.place?.layer !== place.layer || this.place.neuron !== place.neuron;
    const found = noteOf(notes, place);
    const written = { label: this.label.value, note: this.note.value };
    // What was written about another neuron is kept before its fields are taken.
    if (isOther) void this.save();
    if (isOther || same(written, this.before)) {
      this.label.value = found.label;
      this.note.value = found.note;
      this.before = found;
    }
    if (isOther || !this.says.classList.contains("failed"))
      this.say(notes?.problem ?? whereSentence(notes), notes?.problem !== undefined);
    if (isOther) this.place = { layer: place.layer, neuron: place.neuron };
  }

  private async save(): Promise<void> {
    const { place, before } = this;
    const after = { label: this.label.value.trim(), note: this.note.value };
    if (!place || same(after, before)) return;
    try {
      await this.context.host.request("neurons/note", { ...place, before, after });
      if (this.place === place) {
        this.before = after;
        this.say("Kept.", false);
      }
      this.context.announce(`The note on ${neuronName(place.layer, place.neuron)} is kept.`);
    } catch (thrown) {
      const { message, next } = toErrorData(thrown);
      this.say([message, next].filter(Boolean).join(" "), true);
    }
  }

  private say(words: string, failed: boolean): void {
    setText(this.says, words);
    this.says.classList.toggle("failed", failed);
  }
}

function whereSentence(notes: NeuronNotes | undefined): string {
  if (!notes) return "";
  return notes.file === null
    ? "Notes are kept by VS Code on this machine: there is no trusted workspace to keep them in."
    : `Notes go to ${notes.file} of this workspace, once you write one. Enter, or Ctrl+Enter in the note, keeps it.`;
}
