import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, undertone } from "./run.js";

const WORDS = ["win", "cash", "now", "see", "you", "soon", "ok"];
const message = (n: number) =>
  [0, 1, 2].map((k) => WORDS[(n % 2 ? 0 : 3) + ((n * (k + 1)) % (n % 2 ? 3 : 4))]).join(" ");
const table = (from: number, to: number) =>
  `kind\tmessage\n${Array.from({ length: to - from }, (_, k) => `${(from + k) % 2 ? "spam" : "ham"}\t${message(from + k)}${from + k}\n`).join("")}`;
const TEXT = ["--text", "message", "--label", "kind"];

test("every command reads texts; a model keeps how, and its vocabulary: new texts need no flag, no label and no known token", async () => {
  const folder = folderWith({ "old.txt": table(0, 40) });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await undertone(folder, ...args);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    return { stdout, stderr };
  };
  const { stdout } = await run("inspect", "old.txt", ...TEXT, "--tokens", "words");
  expect(stdout).toMatch(/40 sequences of 1 channel/);
  expect(stdout).toMatch(/most frequent: "[a-z]+" \d+\.\d %/);
  const quick = ["--units", "3", "--updates", "3"];
  await run("fit", "old.txt", "-o", "m.undertone", ...TEXT, "--tokens", "words", "--vocabulary", "5", ...quick);
  const encoded = await run("encode", "m.undertone", "old.txt", "-o", "z.csv");
  expect(encoded.stderr).not.toContain("unlabelled");
  const rows = readFileSync(join(folder, "z.csv"), "utf8").trimEnd().split("\n");
  expect(rows).toHaveLength(41);
  writeFileSync(join(folder, "new.csv"), `message\n${message(7)}7\nzebra zebra zebra7\n`);
  expect((await run("encode", "m.undertone", "new.csv", "-o", "n.csv")).stderr).toContain("read without labels");
  const [, known, unknown] = readFileSync(join(folder, "n.csv"), "utf8").trimEnd().split("\n");
  const values = (row: string, from: number) => row.split(",").slice(from);
  expect(values(known, 1)).toEqual(values(rows[8], 2)); // the same text as in training
  expect(values(unknown, 1)).not.toEqual(values(known, 1));
  const compared = await run("compare", "old.txt", ...TEXT, "--tokens", "words", "--folds", "2", ...quick, "--json");
  const names = JSON.parse(compared.stdout).rows.map(({ features }: { features: string }) => features);
  expect(new Set(names)).toEqual(
    new Set(["statistics", "ngrams", "average(untrained, ngrams)", "untrained", "latent", "average(latent, ngrams)"]),
  );
});
