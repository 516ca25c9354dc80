import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isFresh, markFresh, root, stampOf } from "../scripts/freshness.mjs";

test("one pass of the dev loop leaves dist/ fresh and ends", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/dev.mjs"), "--once"], {
    encoding: "utf8",
  });
  expect(stdout).toBe("dist/ is fresh\n");
  expect(status).toBe(0);
});

test("a product is fresh until an input changes, or the product changes or is gone", () => {
  const folder = `node_modules/.undertone/test-${process.pid}`;
  const name = `test-${process.pid}.stamp`;
  mkdirSync(join(root, folder), { recursive: true });
  const input = join(folder, "input");
  const product = join(folder, "product");
  const fresh = (...products: string[]) => isFresh(name, [[input], products]);
  try {
    writeFileSync(join(root, input), "1");
    writeFileSync(join(root, product), "made of 1");
    expect(fresh(product)).toBe(false);
    markFresh(name, [[input], [product]]);
    expect(fresh(product)).toBe(true);
    expect(fresh(join(folder, "missing"))).toBe(false);
    writeFileSync(join(root, product), "made of ");
    expect(fresh(product)).toBe(false);
    writeFileSync(join(root, product), "made of 1");
    expect(fresh(product)).toBe(true);
    writeFileSync(join(root, input), "2");
    expect(fresh(product)).toBe(false);
  } finally {
    rmSync(join(root, folder), { recursive: true });
    rmSync(stampOf(name), { force: true });
  }
});
