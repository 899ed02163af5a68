/** What a model is called: people call it by its folder, unless the folder's name says nothing. */

/** Names of folders that tell nobody which model lies there, and hashes. */
const saysNothing =
  /^(?:hf|models?|checkpoints?|snapshots?|weights|main|latest|final|output|[0-9a-f]{12,64})$/i;

/** The folder's name; `org/name` for a snapshot of the Hugging Face cache, `parent/name` where the name alone says nothing. */
export function modelNameOf(path: string): string {
  const parts = path.split(/[\\/]/).filter(Boolean);
  const name = parts.at(-1);
  if (name === undefined) return path;
  const [cached, snapshots] = [parts.at(-3), parts.at(-2)];
  if (snapshots === "snapshots" && cached?.startsWith("models--"))
    return cached.slice("models--".length).replace("--", "/");
  return saysNothing.test(name) && snapshots !== undefined ? `${snapshots}/${name}` : name;
}
