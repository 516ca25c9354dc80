import type { Found } from "./find.js";
import type { FoundFile } from "./folder.js";
import { type ReadProgress, watchReading } from "./source/watch.js";

/** Has the files of an input watched while they are read. */
export async function watchFound(found: Found, onRead: ((progress: ReadProgress) => void) | undefined): Promise<void> {
  if (!onRead) return;
  const files: FoundFile[] =
    "file" in found
      ? [found.file]
      : "files" in found
        ? found.files.files
        : [found.parts.train, ...(found.parts.test ? [found.parts.test] : [])];
  const watch = await watchReading(
    files.map(({ path }) => path),
    onRead,
  );
  for (const file of files) file.watch = watch;
}
