// The entry of every worker thread: leads or follows what a message asks for.
import { leadHiring } from "./engine/threads/hire.js";
import { serve } from "./engine/threads/serve.js";
import { leadFit } from "./evaluate/fits/lead-fit.js";
import { leadConvolving } from "./features/baselines/convolve-on-threads.js";
import { followEncoding, leadEncoding } from "./features/encode-rows.js";
import { followTraining, leadTraining } from "./train/background.js";

await serve({
  lead: { train: leadTraining, encode: leadEncoding, classify: leadFit, convolve: leadConvolving, hire: leadHiring },
  follow: { "train-follow": followTraining, "encode-follow": followEncoding },
});
