"""The original decoder in PyTorch, with its SSRU: the teacher of a graft and the reference.

SSRU (simpler simple recurrent unit, Kim et al. 2019, "From Research to Production and Back",
equation 2): x = W h, f = sigmoid(Wf h + bf), c_t = f_t c_{t-1} + (1 - f_t) x_t, o_t = relu(c_t).

Everything around the SSRU is shared with the standard model that `checkpoint.py` builds, so that
the two decoders differ in one place only: the function that mixes a layer's inputs over time.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MarianMTModel

from augment.translation.embedded.checkpoint import (
    END_OF_SENTENCE,
    FirefoxModel,
    standard_model,
)
from augment.translation.embedded.marian_binary import Matrix

# (layer index, states of shape (batch, time, width)) -> mixed states after residual and LayerNorm
Mix = Callable[[int, Tensor], Tensor]


class Ssru(nn.Module):
    """One recurrent unit with its residual connection and LayerNorm."""

    def __init__(self, matrices: Mapping[str, Matrix], layer: int) -> None:
        super().__init__()
        prefix = f"decoder_l{layer + 1}_rnn"

        def weight(name: str) -> nn.Parameter:
            return nn.Parameter(torch.from_numpy(matrices[f"{prefix}{name}"]), requires_grad=False)

        self.candidate = weight("_W")
        self.forget = weight("_Wf")
        self.forget_bias = weight("_bf")
        self.scale = weight("_ffn_ln_scale")
        self.shift = weight("_ffn_ln_bias")

    def forward(self, states: Tensor) -> Tensor:
        """All positions at once, from a zero memory: (batch, time, width) to the same shape."""
        candidates, gates = self._gates(states)
        memory = torch.zeros_like(states[:, 0])
        memories = []
        for t in range(states.shape[1]):
            memory = gates[:, t] * memory + candidates[:, t]
            memories.append(memory)
        return self._output(states, torch.stack(memories, dim=1))

    def step(self, state: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """One position: state and memory of shape (batch, width), gives output and new memory."""
        candidate, gate = self._gates(state)
        memory = gate * memory + candidate
        return self._output(state, memory), memory

    def _gates(self, states: Tensor) -> tuple[Tensor, Tensor]:
        gates = torch.sigmoid(states @ self.forget + self.forget_bias[0])
        return (1 - gates) * (states @ self.candidate), gates

    def _output(self, states: Tensor, memory: Tensor) -> Tensor:
        width = (states.shape[-1],)
        return functional.layer_norm(
            states + functional.relu(memory), width, self.scale[0], self.shift[0]
        )


class Original(nn.Module):
    """A model as it was trained: standard encoder, decoder with SSRU."""

    def __init__(self, model: FirefoxModel) -> None:
        super().__init__()
        # A model of its own: a graft may hold more than the self-attention.
        self.standard = standard_model(model)
        self.recurrent = nn.ModuleList(
            Ssru(model.matrices, i) for i in range(model.sizes.decoder_layers)
        )

    def mix(self, layer: int, states: Tensor) -> Tensor:
        """The SSRU of one layer over all positions."""
        return self.recurrent[layer](states)  # type: ignore[no-any-return]

    @torch.no_grad()
    def greedy(self, sources: Sequence[Sequence[int]], longest: int = 256) -> list[list[int]]:
        """Greedy translation of a batch of piece ids (each ending in </s>), without </s>."""
        source, mask = pad_batch(sources, self.standard.config.pad_token_id, self._device)
        decoder = self.standard.model.decoder
        units = [unit for unit in self.recurrent if isinstance(unit, Ssru)]
        memory = self.standard.model.encoder(source, attention_mask=mask).last_hidden_state
        crosses = [cross_memory(layer.encoder_attn, memory) for layer in decoder.layers]
        rows, width = memory.shape[0], memory.shape[-1]
        recurrent = [torch.zeros(rows, width, device=self._device) for _ in self.recurrent]
        token = torch.full((rows,), self.standard.config.pad_token_id, device=self._device)
        longest = min(longest, 2 * source.shape[1] + 10)
        pieces = self.standard.model.shared.weight
        if torch.is_autocast_enabled("cpu"):  # else the matrix would be cast at every position
            pieces = pieces.bfloat16()
        output = torch.full((rows, longest), END_OF_SENTENCE, device=self._device)
        done = torch.zeros(rows, dtype=torch.bool, device=self._device)
        for t in range(longest):
            state = embed(self.standard, token[:, None], start=t)
            for i, layer in enumerate(decoder.layers):
                mixed, recurrent[i] = units[i].step(state[:, 0], recurrent[i])
                state = cross_and_feed(layer, mixed[:, None], crosses[i], mask)
            scores = functional.linear(state[:, 0], pieces, self.standard.final_logits_bias[0])
            scores = scores[:, : self.standard.config.pad_token_id]
            token = most_probable(scores, 1)[1][:, 0].masked_fill(done, END_OF_SENTENCE)
            output[:, t] = token
            done |= token == END_OF_SENTENCE
            if done.all():
                break
        return [row[: row.index(END_OF_SENTENCE)] if END_OF_SENTENCE in row else row
                for row in output.tolist()]  # fmt: skip

    @property
    def _device(self) -> torch.device:
        return self.recurrent[0].scale.device  # type: ignore[return-value]


def decoder_states(
    model: MarianMTModel, mix: Mix, targets: Tensor, memory: Tensor, mask: Tensor
) -> tuple[list[Tensor], list[Tensor], Tensor]:
    """Run the decoder over given target prefixes with `mix` in place of its self-attention.

    Gives the inputs of each layer, the mixed states of each layer, and the last hidden states,
    each of shape (batch, time, width).
    """
    state = embed(model, targets)
    inputs, mixed = [], []
    for i, layer in enumerate(model.model.decoder.layers):
        inputs.append(state)
        mixed.append(mix(i, state))
        cross = cross_memory(layer.encoder_attn, memory)
        state = cross_and_feed(layer, mixed[-1], cross, mask)
    return inputs, mixed, state


def attention_mix(model: MarianMTModel) -> Mix:
    """The decoder's ordinary causal self-attention, with residual and LayerNorm, as a `Mix`."""

    def mix(index: int, states: Tensor) -> Tensor:
        layer = model.model.decoder.layers[index]
        attention = layer.self_attn
        query, key, value = (
            _heads(project(states), attention.num_heads)
            for project in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        time = states.shape[1]
        causal = torch.ones(time, time, dtype=torch.bool, device=states.device).tril()
        merged = _attend(query, key, value, causal)
        output: Tensor = layer.self_attn_layer_norm(states + attention.out_proj(_merge(merged)))
        return output

    return mix


def embed(model: MarianMTModel, tokens: Tensor, start: int = 0) -> Tensor:
    """Scaled embeddings plus sinusoidal positions: (batch, time) ids to (batch, time, width)."""
    decoder = model.model.decoder
    positions = decoder.embed_positions.weight[start : start + tokens.shape[1]]
    scaled: Tensor = model.model.shared(tokens) * math.sqrt(model.config.d_model) + positions
    return scaled


def logits(model: MarianMTModel, hidden: Tensor) -> Tensor:
    """Scores over the vocabulary: (..., width) to (..., pieces + 1)."""
    return functional.linear(hidden, model.model.shared.weight, model.final_logits_bias[0])


def cross_memory(attention: Any, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Keys and values of the encoder's output, split into heads."""
    return (
        _heads(attention.k_proj(memory), attention.num_heads),
        _heads(attention.v_proj(memory), attention.num_heads),
    )


def cross_and_feed(
    layer: Any, states: Tensor, cross: tuple[Tensor, Tensor], mask: Tensor
) -> Tensor:
    """Cross-attention and feed-forward of one decoder layer, each with residual and LayerNorm."""
    attention = layer.encoder_attn
    query = _heads(attention.q_proj(states), attention.num_heads)
    merged = _attend(query, *cross, mask[:, None, None].bool())
    states = layer.encoder_attn_layer_norm(states + attention.out_proj(_merge(merged)))
    output: Tensor = layer.final_layer_norm(states + layer.fc2(functional.relu(layer.fc1(states))))
    return output


def pad_batch(
    rows: Sequence[Sequence[int]], pad: int, device: torch.device | str
) -> tuple[Tensor, Tensor]:
    """Rows of ids as one tensor (rows, longest) and its mask of ones where a piece stands."""
    width = max(map(len, rows))
    padded = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows])
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(width)[None] < lengths[:, None]
    return padded.to(device), mask.long().to(device)


def most_probable(scores: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Values and indices of the best `count` in each row of (rows, columns).

    Exact, by way of the best blocks of 128 columns: on a CPU `topk` and a bfloat16 `argmax` over a
    vocabulary take longer than the matrix product before them.
    """
    if rest := -scores.shape[-1] % 128:
        scores = functional.pad(scores, (0, rest), value=-math.inf)
    blocks = scores.unflatten(-1, (-1, 128))
    best = blocks.amax(-1).topk(min(count, blocks.shape[-2])).indices
    chosen = blocks.gather(-2, best[..., None].expand(-1, -1, 128)).flatten(-2)
    values, places = chosen.float().topk(count)
    return values, best.gather(-1, places // 128) * 128 + places % 128


def _attend(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor) -> Tensor:
    """Plain attention; in bfloat16 on a CPU much faster than torch's fused kernel."""
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    chances = scores.float().masked_fill(~allowed, -torch.inf).softmax(-1)
    return chances.to(value.dtype) @ value


def _heads(states: Tensor, heads: int) -> Tensor:
    split: Tensor = states.unflatten(-1, (heads, -1))
    return split.transpose(1, 2)


def _merge(states: Tensor) -> Tensor:
    return states.transpose(1, 2).flatten(2)
