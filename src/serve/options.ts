import { z } from "zod";

const MB = 1 << 20;

/** How models are served; the command makes its flags from this schema. */
export const serveOptionsSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe(
      "address to listen on; one that other machines reach needs tokens (UNDERTONE_TOKENS), or the option open",
    ),
  port: z.int().min(0).max(65_535).default(8080).describe("port to listen on; 0: any free one"),
  threads: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe("threads that score, beside the one that listens; default: one per core"),
  maxBody: z
    .number()
    .min(1)
    .max(1024 * MB)
    .default(8 * MB)
    .describe("most bytes of a body, also when it is unpacked; default: 8 MB"),
  maxSteps: z.int().min(1).default(100_000).describe("most steps of one sequence; memory of a thread grows with it"),
  maxCases: z.int().min(1).default(10_000).describe("most cases of one request"),
  bodyTimeout: z.number().positive().max(3600).default(10).describe("seconds until a body must be complete"),
  timeout: z.number().positive().max(3600).default(30).describe("seconds until an answer must be ready"),
  rateLimit: z
    .number()
    .positive()
    .optional()
    .describe("most requests per second of one client, by token, else by address; default: any number"),
  batch: z.int().min(1).max(4096).default(256).describe("most requests that are scored in one call; 1: each alone"),
  batchWait: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe("milliseconds that a request waits for others even while a thread is free"),
  grace: z
    .number()
    .min(0)
    .max(3600)
    .default(10)
    .describe("seconds for requests that are on their way when the server is asked to stop"),
  open: z.boolean().optional().describe("let anyone ask, without a token, on any address"),
});
export type ServeOptions = z.infer<typeof serveOptionsSchema>;
