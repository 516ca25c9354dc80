import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashOf, isFresh, root, stampOf } from "../scripts/freshness.mjs";

test("one pass of the dev loop leaves dist/ fresh and ends", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/dev.mjs"), "--once"], {
    encoding: "utf8",
  });
  expect(stdout).toBe("dist/ is fresh\n");
  expect(status).toBe(0);
});

test("a product is fresh until an input changes or the product is gone", () => {
  const folder = `node_modules/.undertone/test-${process.pid}`;
  const name = `test-${process.pid}.stamp`;
  mkdirSync(join(root, folder), { recursive: true });
  const input = join(folder, "input");
  const fresh = (product = input) => isFresh(name, [folder], [product]);
  try {
    writeFileSync(join(root, input), "1");
    expect(fresh()).toBe(false);
    writeFileSync(stampOf(name), hashOf([folder]));
    expect(fresh()).toBe(true);
    expect(fresh(join(folder, "missing"))).toBe(false);
    writeFileSync(join(root, input), "2");
    expect(fresh()).toBe(false);
  } finally {
    rmSync(join(root, folder), { recursive: true });
    rmSync(stampOf(name), { force: true });
  }
});
