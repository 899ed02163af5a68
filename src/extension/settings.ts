/** Reading and writing settings by their typed names. */
import * as vscode from "vscode";
import { bosPolicies, type BosPolicy } from "../base/bosPolicy";
import { logUnits, type LogUnit } from "../protocol/logUnit";
import { settingDefaults, Setting, type SettingTypes } from "./contributions";

/** The value of a setting; its default where the stored value has another type. */
export function readSetting<K extends Setting>(setting: K): SettingTypes[K] {
  const value: unknown = vscode.workspace.getConfiguration().get(setting);
  const fallback = settingDefaults[setting];
  return typeof value === typeof fallback ? (value as SettingTypes[K]) : fallback;
}

/** The policy on BOS that is set; the default where a word stands there that is none. */
export function bosPolicy(): BosPolicy {
  const set = readSetting(Setting.Bos);
  return bosPolicies.includes(set) ? set : settingDefaults[Setting.Bos];
}

/** The unit that is set; the default where a word stands there that is none. */
export function logUnit(): LogUnit {
  const set = readSetting(Setting.LogUnit);
  return logUnits.includes(set) ? set : settingDefaults[Setting.LogUnit];
}

/** Stores a setting for this machine. */
export async function writeSetting<K extends Setting>(setting: K, value: SettingTypes[K]): Promise<void> {
  await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
}
