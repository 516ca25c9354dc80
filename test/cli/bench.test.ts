import { expect, test } from "vitest";
import { benchCommand, renderBench, runBench } from "../../src/cli/bench.js";

const shape = [{ T: 3, B: 2, F: 5, H: 7 }];

test("the report is plain JSON with everything that the table shows", async () => {
  const report = await runBench({ shape, repeats: 2, engine: "reference" });
  expect(JSON.parse(JSON.stringify(report))).toEqual({
    undertone: expect.any(String),
    node: process.version,
    cpu: expect.any(String),
    engines: ["reference"],
    shapes: [
      {
        shape: shape[0],
        usefulFlops: 21084,
        rounds: 2,
        engines: [
          {
            engine: "reference",
            milliseconds: expect.any(Number),
            fastest: expect.any(Number),
            usefulGflops: expect.any(Number),
            peakGflops: expect.any(Number),
            shareOfPeak: expect.any(Number),
            encodeSequencesPerSecond: expect.any(Number),
          },
        ],
      },
    ],
    notes: [],
  });
  const [first, ...rest] = renderBench(report).split("\n");
  expect(first).toBe(`reference on ${report.cpu}, Node ${process.version}, one thread`);
  expect(rest.join("\n")).toContain("3,2,5,7");
});

test.each(["1,2,3", "1,2,3,0", "1,2,3,x", "1.5,2,3,4"])("--shape %s is refused", async (text) => {
  const command = benchCommand()
    .exitOverride()
    .configureOutput({ writeErr() {} });
  await expect(command.parseAsync(["--shape", text], { from: "user" })).rejects.toThrow(/four whole numbers/);
});
