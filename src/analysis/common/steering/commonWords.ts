/** Words of which random prompts are made: everyday ones of many subjects, none of a kind that is steered towards. */
export const commonWords: readonly string[] = (
  "table river seven music window market paper green doctor letter summer engine bridge coffee number winter garden " +
  "school silver planet ticket kitchen morning station history island carpet orange village minute shadow pencil " +
  "blanket corner travel bottle forest signal button camera dinner factory guitar harbor insect jacket ladder mirror " +
  "needle office pocket rocket saddle temple valley wallet yellow anchor basket candle desert eleven finger glass " +
  "hammer iron jungle kettle lemon magnet narrow ocean people quarter rabbit sailor thunder uncle vessel water"
).split(" ");
