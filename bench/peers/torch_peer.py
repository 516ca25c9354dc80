"""PyTorch on the CPU as a peer of `npm run bench`; peer.py tells what it reads and prints.

nn.LSTM, time first, Adam in its fused form. Ragged batches are tried packed (pack_padded_sequence, encoder and
decoder) and padded (the state at each sequence's last step, a masked loss), and the faster way is timed.
Adam's epsilon goes to the corrected root here, to the uncorrected one in Keras and with us: in the first steps, which
are compared, it is scaled to be the same.

nn.LSTM has two biases that are only ever added: the second is 0 and stays there, else it would learn twice as fast.
"""

import argparse

import peer
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int, default=1)
options.add_argument("--keep-denormals", action="store_true")
options.add_argument("--compile", action="store_true")
options = options.parse_args()
if not options.keep_denormals and not torch.set_flush_denormal(True):  # before there are threads, which inherit it
    raise SystemExit("This processor cannot flush denormals.")
torch.set_num_threads(options.threads)
torch.manual_seed(1)


def lstm_of(weights):
    kernel, recurrent, bias = (torch.tensor(w) for w in weights)
    lstm = nn.LSTM(kernel.shape[0], recurrent.shape[0])
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(kernel.T)
        lstm.weight_hh_l0.copy_(recurrent.T)
        lstm.bias_ih_l0.copy_(bias)
        lstm.bias_hh_l0.zero_()
    lstm.bias_hh_l0.requires_grad_(False)
    return lstm


def dense_of(weights):
    kernel, bias = (torch.tensor(w) for w in weights)
    dense = nn.Linear(*kernel.shape)
    with torch.no_grad():
        dense.weight.copy_(kernel.T)
        dense.bias.copy_(bias)
    return dense


class Encoder(nn.Module):
    """[T, B, F], or the same packed, to [B, H]. Of padded sequences `last` [1, B, H] names the last steps."""

    def __init__(self, job, last=None):
        super().__init__()
        self.last = last
        self.noisy = job.recipe == "denoising"
        self.lstms = nn.ModuleList(lstm_of(job.lstm(f"encoder.{k}")) for k in ((1, 3) if self.noisy else (0,)))

    def forward(self, x):
        if self.noisy:
            if self.training:
                x = x + peer.NOISE * torch.randn_like(x)
            x = nn.functional.dropout(self.lstms[0](x)[0], peer.DROPOUT, self.training)
        every, (h, _) = self.lstms[-1](x)
        return h[0] if self.last is None else every.gather(0, self.last)[0]


class Autoencoder(nn.Module):
    """To the rows of x: [T, B, F], or [R, F] of packed ones."""

    def __init__(self, job, last=None, packed_lengths=None):
        super().__init__()
        self.encoder = Encoder(job, last)
        self.noisy = self.encoder.noisy
        self.lstm = lstm_of(job.lstm("decoder.1"))
        self.dense = dense_of(job.dense("decoder.3" if self.noisy else "decoder.2"))
        self.T, self.packed_lengths = job.T, packed_lengths

    def forward(self, x):
        repeated = self.encoder(x).expand(self.T, -1, -1)
        if self.packed_lengths is None:
            h = self.lstm(repeated)[0]
        else:
            h = self.lstm(pack_padded_sequence(repeated, self.packed_lengths, enforce_sorted=False))[0].data
        return self.dense(nn.functional.dropout(h, peer.DROPOUT, self.training and self.noisy))


def ways_of(job):
    """For each way to lay out the batch: x, the model, the loss of its output, x several times over for encoding."""
    x = torch.tensor(job.padded()).transpose(0, 1).contiguous()
    if not job.ragged:
        return {"": (x, Autoencoder(job), lambda y: nn.functional.mse_loss(y, x), x.repeat(1, job.copies, 1))}
    lengths = torch.tensor(job.lengths)
    packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
    mask = (torch.arange(job.T)[:, None] < lengths)[:, :, None] / float(lengths.sum() * job.F)
    last = (lengths - 1)[None, :, None].expand(1, -1, job.weights["encoder.0.recurrentKernel"].shape[0])
    many = pack_padded_sequence(x.repeat(1, job.copies, 1), lengths.repeat(job.copies), enforce_sorted=False)
    return {
        "packed": (packed, Autoencoder(job, None, lengths), lambda y: nn.functional.mse_loss(y, packed.data), many),
        "padded": (x, Autoencoder(job, last), lambda y: ((y - x) ** 2 * mask).sum(), None),
    }


def load(job):
    checks, trains, encodes = {}, {}, {}
    for name, (x, model, loss_of, many) in ways_of(job).items():
        learning = [p for p in model.parameters() if p.requires_grad]
        adam = torch.optim.Adam(learning, lr=peer.RATE, eps=peer.EPSILON, fused=True)
        forward = torch.compile(model) if options.compile else model
        encoder = torch.compile(model.encoder) if options.compile else model.encoder

        def train(model=model, adam=adam, forward=forward, loss_of=loss_of, x=x):
            model.train()
            adam.zero_grad(set_to_none=True)
            loss = loss_of(forward(x))
            loss.backward()
            adam.step()
            return loss.item()

        def encode(model=model, encoder=encoder, x=x, copies=job.copies):
            model.eval()
            with torch.inference_mode():
                return [encoder(x) for _ in range(copies)]

        def encode_at_once(model=model, encoder=encoder, many=many):
            model.eval()
            with torch.inference_mode():
                return [encoder(many)]

        def evaluate(model=model, loss_of=loss_of, x=x):
            model.eval()
            with torch.inference_mode():
                return loss_of(model(x)).item()

        def checked_step(adam=adam, train=train, count=iter(range(1, 100))):
            adam.param_groups[0]["eps"] = peer.EPSILON / (1 - 0.999 ** next(count)) ** 0.5
            loss = train()
            adam.param_groups[0]["eps"] = peer.EPSILON
            return loss

        latents = encode()[0].numpy()
        checks[name] = peer.check(latents, evaluate, checked_step, job.recipe == "denoising")
        trains[name], encodes[f"{name} in batches".strip()] = train, encode
        if many is not None and not options.compile:  # which would compile once more
            encodes[f"{name} at once".strip()] = encode_at_once
    how, train = peer.best_of(trains)
    how_encode, encode = peer.best_of(encodes)
    setting = "; ".join(filter(None, [how, f"encode {how_encode}"]))
    return {"check": checks[how], "train": train, "encode": encode, "setting": setting}


peer.serve(f"PyTorch {torch.__version__.split('+')[0]}", load)
