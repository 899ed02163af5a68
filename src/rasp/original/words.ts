/** The names that the language provides. */

/** The base s-ops, and the example conversion each of them is. */
export const baseInputs = {
  tokens_asis: "asis",
  tokens_str: "str",
  tokens_int: "int",
  tokens_float: "float",
  tokens_bool: "bool",
} as const;

/** Names that the library defines, as the original reserves them. */
export const libraryNames: readonly string[] = [
  ..."length full_s selector_width has_focus count contains max min average load_from_location shift".split(
    " ",
  ),
  ..."mark_last_instance mark_first_instance select_from_last select_from_first sort".split(" "),
  "select_next_identical",
];

/** Names that a program cannot assign. `tokens` is not among them. */
export const reservedNames: ReadonlySet<string> = new Set([
  ..."if else not and or out def return range for in zip len get".split(" "),
  ...Object.keys(baseInputs),
  ..."indices True False".split(" "),
  ...libraryNames,
]);

/** Every name that means something before a program defines any. */
export const providedNames: readonly string[] = [
  ...Object.keys(baseInputs),
  ..."tokens indices True False out".split(" "),
  ...libraryNames,
];
