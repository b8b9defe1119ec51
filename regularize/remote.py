"""Copies that a running service draws: the same as a pipeline of this process draws."""

from collections.abc import Iterator, Mapping, Sequence

from augment.spec import PipelineSpec
from regularize.errors import RecipeError
from regularize.sources import Original, epoch_seed
from service.client import Client, ClientError, ProblemError, Retries

_TEXTS = 64
_UNKNOWN = 401


class RemoteSource:
    """A service at an address; `fresh` draws anew each epoch, as `PipelineSource` does.

    Models run in float32 there, since copies must not depend on the texts of other clients; a
    pipeline in this process may translate in int8, and then some translations differ.
    """

    def __init__(
        self, url: str, spec: PipelineSpec, copies: int, *, fresh: bool, key: str | None = None
    ) -> None:
        """Ask the service first whether it will do: before a run begins, not in its midst.

        Raises:
            RecipeError: the service cannot be reached, or refuses the spec or the copies.
        """
        self._url = url
        _check(url, spec, copies, key)
        self._client = Client(url, key=key)
        self._spec = spec
        self._copies = copies
        self._fresh = fresh

    def copies(self, originals: Sequence[Original], epoch: int) -> Mapping[str, tuple[str, ...]]:
        """Ask for them.

        Raises:
            RecipeError: the service refuses, cannot be reached, or fails at a text.
        """
        seed = epoch_seed(self._spec.seed, epoch) if self._fresh else self._spec.seed
        found: dict[str, tuple[str, ...]] = {}
        try:
            for part in _parts(originals):
                found |= self._drawn(part, seed)
        except (ClientError, ValueError) as error:
            raise RecipeError(f"augmentation.url: {self._url}: {error}") from error
        return found

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _drawn(self, originals: Sequence[Original], seed: int) -> dict[str, tuple[str, ...]]:
        records = [
            {"text": one.text, "id": one.id} | ({} if one.label is None else {"label": one.label})
            for one in originals
        ]
        spec = self._spec.model_dump(mode="json")
        done = self._client.augment(records, spec=spec, copies=self._copies, seed=seed, strict=True)
        for item in done.items:
            if item.error is not None:
                raise RecipeError(
                    f"augmentation.url: {self._url} failed at the text {item.id!r}: "
                    f"{item.error.message} [{item.error.code}]"
                )
        return {item.id: tuple(copy.text for copy in item.copies) for item in done.items}


def _check(url: str, spec: PipelineSpec, copies: int, key: str | None) -> None:
    try:
        with Client(url, key=key, retries=Retries(attempts=1)) as client:
            verdict = client.validate(spec.model_dump(mode="json"))
            limits = client.info()["limits"]
    except ProblemError as error:
        remedy = ""
        if error.status == _UNKNOWN:
            what = "takes another key" if key else "asks for a key"
            remedy = f"; it {what}: put one that it knows into AUGMENT_CLIENT_KEY"
        raise RecipeError(f"augmentation.url: {url}: {error}{remedy}") from error
    except (ClientError, ValueError) as error:
        raise RecipeError(f"augmentation.url: {url}: {error}") from error
    if not verdict.valid:
        raise RecipeError("\n  ".join([f"augmentation.url: {url} refuses:", *verdict.errors]))
    if copies > limits["copies"]:
        raise RecipeError(
            f"augmentation.url: {url} makes {limits['copies']} copies of a text, not {copies}; "
            "ask for fewer, or raise its setting `copies`"
        )


def _parts(originals: Sequence[Original]) -> Iterator[Sequence[Original]]:
    for start in range(0, len(originals), _TEXTS):
        yield originals[start : start + _TEXTS]
