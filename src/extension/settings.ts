/** Reading and writing settings by their typed names. */
import * as vscode from "vscode";
import { settingDefaults, type Setting, type SettingTypes } from "./contributions";

/** The value of a setting; its default where the stored value has another type. */
export function readSetting<K extends Setting>(setting: K): SettingTypes[K] {
  const value: unknown = vscode.workspace.getConfiguration().get(setting);
  const fallback = settingDefaults[setting];
  return typeof value === typeof fallback ? (value as SettingTypes[K]) : fallback;
}

/** Stores a setting for this machine. */
export async function writeSetting<K extends Setting>(setting: K, value: SettingTypes[K]): Promise<void> {
  await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
}
