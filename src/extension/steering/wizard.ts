/** The dialogue of Steering Experiment…: seven short questions, each with a default that works, and a way back. */
import { experimentSuffix } from "../contributions";
import { steeringTexts } from "../messages";
import { badName, withoutSuffix, type Draft } from "./experimentDraft";
import { askInput } from "./inputStep";
import { fromLine, toLine } from "./lineText";
import { runSteps, type Step } from "./steps";

/** What the dialogue needs to know. */
export interface WizardFacts {
  readonly nLayers: number;
  /** Whether there is a folder to save into; else the name is not asked for. */
  readonly canSave: boolean;
  /** The name proposed for a draft. */
  readonly proposeName: (draft: Draft) => string;
  /** Whether a file of this name (without ending) is there already. */
  readonly isTaken: (name: string) => boolean;
}

interface Question {
  readonly prompt: string;
  readonly read: (draft: Draft) => string;
  readonly check: (text: string, draft: Draft) => string | null;
  readonly write: (draft: Draft, text: string) => Draft;
}

const largestStrength = 1000;
const mostTokens = 500;

/** Asks all questions; null when the person left. */
export function askExperiment(start: Draft, facts: WizardFacts): Promise<Draft | null> {
  const questions = [
    ...textQuestions(),
    ...pushQuestions(facts),
    ...promptQuestions(),
    ...nameQuestion(facts),
  ];
  return runSteps(start, questions.map(asStep));
}

function asStep({ prompt, read, check, write }: Question): Step<Draft> {
  return async (draft, number, total) => {
    const title = steeringTexts.title();
    const value = read(draft);
    const end = await askInput({ title, prompt, value, number, total, check: (text) => check(text, draft) });
    return end.kind === "next" ? { kind: "next", state: write(draft, end.state) } : end;
  };
}

const notEmpty = (text: string): string | null => (text.trim() === "" ? steeringTexts.noText() : null);

const whole = (min: number, max: number) => (text: string) => {
  const value = Number(text);
  const fits = text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max;
  return fits ? null : steeringTexts.wholeNumber(min, max);
};

function textQuestions(): Question[] {
  return [
    {
      prompt: steeringTexts.towards(),
      read: (draft) => toLine(draft.towards),
      check: notEmpty,
      write: (draft, text) => ({ ...draft, towards: fromLine(text) }),
    },
    {
      prompt: steeringTexts.away(),
      read: (draft) => toLine(draft.away),
      check: (text, { towards }) =>
        notEmpty(text) ?? (fromLine(text) === towards ? steeringTexts.sameTexts() : null),
      write: (draft, text) => ({ ...draft, away: fromLine(text) }),
    },
  ];
}

function pushQuestions({ nLayers }: WizardFacts): Question[] {
  return [
    {
      prompt: steeringTexts.layer(nLayers),
      read: (draft) => String(draft.layer),
      check: whole(0, nLayers - 1),
      write: (draft, text) => ({ ...draft, layer: Number(text) }),
    },
    {
      prompt: steeringTexts.strength(),
      read: (draft) => String(draft.strength),
      check: (text) => {
        const fits = text.trim() !== "" && Math.abs(Number(text)) <= largestStrength;
        return fits ? null : steeringTexts.number(largestStrength);
      },
      write: (draft, text) => ({ ...draft, strength: Number(text) }),
    },
  ];
}

function promptQuestions(): Question[] {
  return [
    {
      prompt: steeringTexts.prompt(),
      read: (draft) => toLine(draft.prompt),
      check: notEmpty,
      write: (draft, text) => ({ ...draft, prompt: fromLine(text) }),
    },
    {
      prompt: steeringTexts.maxTokens(),
      read: (draft) => String(draft.maxTokens),
      check: whole(1, mostTokens),
      write: (draft, text) => ({ ...draft, maxTokens: Number(text) }),
    },
  ];
}

function nameQuestion({ canSave, proposeName, isTaken }: WizardFacts): Question[] {
  if (!canSave) return [];
  const check = (text: string): string | null => {
    const name = withoutSuffix(text);
    if (name === "") return null;
    const bad = badName(name);
    if (bad) return bad === "reserved" ? steeringTexts.reservedName() : steeringTexts.badName();
    return isTaken(name) ? steeringTexts.nameTaken(name + experimentSuffix) : null;
  };
  return [
    {
      prompt: steeringTexts.name(experimentSuffix),
      read: (draft) => draft.name || proposeName(draft),
      check,
      write: (draft, text) => ({ ...draft, name: withoutSuffix(text) }),
    },
  ];
}
