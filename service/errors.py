"""What can go wrong at the HTTP door, under the tree of `augment.errors`.

    AugmentError
    └── ServiceError
        ├── SettingsError    a setting that does not hold; the server does not start
        ├── KeyFileError     the file of client keys cannot be used
        └── Problem          an answer other than what was asked for; has a code of its own each

A `Problem` is sent as a problem document (RFC 9457); `service.problems` has the one table of codes.
"""

from collections.abc import Mapping, Sequence

from augment.errors import AugmentError


class ServiceError(AugmentError):
    """Root of all errors that this package raises on purpose."""

    code = "service_error"


class SettingsError(ServiceError):
    """A setting that does not hold."""

    code = "settings_invalid"


class KeyFileError(ServiceError):
    """The file of client keys is missing, altered, or open to others."""

    code = "keys_unusable"


class Problem(ServiceError):
    """A request that is answered by a problem document.

    `code` stands in the table of `service.problems`; `detail` says what was wrong and what helps.
    `retry_after` is in whole seconds; `errors` names several wrong places, one line each.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        retry_after: int | None = None,
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
