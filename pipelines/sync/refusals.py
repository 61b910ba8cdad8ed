"""What went wrong with an API, as one plain sentence that holds no secret; what to do about it belongs to `pull`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from dlt.extract.exceptions import PipeException
from requests import HTTPError, Response
from requests.exceptions import ConnectionError, RequestException, Timeout

from connectors.reading.api import LimitReachedError
from connectors.reading.session import ATTEMPTS, ForeignHostError, KeyRefusedError

MAY_BE_EXPIRED = (400, 404, 410, 422)
"""How APIs answer to a page or cursor that they know no more."""
SHOWN = 300
"""Characters of a sentence that quotes an API."""


@dataclass(frozen=True)
class Words:
    """What a sentence may say: variables and what each is for, scopes by resource; and the secrets it may not say."""

    variables: Mapping[str, str]
    scopes: Mapping[str, str]
    secrets: tuple[str, ...]

    def without_secrets(self, text: str) -> str:
        """The text with every secret, plain or as in a URL, taken out."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, "***")
        return text


@dataclass(frozen=True)
class Refusal:
    """One sentence, the endpoint it is about where that is known, and the HTTP status where there was one."""

    text: str
    resource: str | None = None
    status: int | None = None

    @property
    def may_be_expired(self) -> bool:
        """True when a page or a kept cursor may be too old for the API."""
        return self.status in MAY_BE_EXPIRED


def refusal(error: BaseException, words: Words) -> Refusal:
    """The sentence for an error that came up while an API was read."""
    chain = list(_chain(error))
    resource = next((one.pipe_name for one in chain if isinstance(one, PipeException)), None)
    for one in chain:
        if isinstance(one, HTTPError) and one.response is not None:
            return Refusal(_answer(one.response, resource, words), resource, one.response.status_code)
    for one in chain:
        if isinstance(one, KeyRefusedError):
            return Refusal(_bad_key(resource, words), resource, 401)
        if isinstance(one, LimitReachedError | ForeignHostError):
            return Refusal(words.without_secrets(str(one)), resource)
        if isinstance(one, ConnectionError | Timeout | RequestException):
            host = urlsplit(str(one.request.url)).netloc if one.request is not None else "the API"
            return Refusal(f"{host} could not be reached in {ATTEMPTS} attempts ({type(one).__name__})", resource)
    last = chain[-1]
    message = words.without_secrets(str(last).strip().partition("\n")[0])
    return Refusal(f"{type(last).__name__}: {message}", resource)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what caused it, down to the first cause."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _bad_key(resource: str | None, words: Words) -> str:
    named = " and ".join(f"{name} ({what})" for name, what in words.variables.items())
    scope = _scope(resource, words)
    return f"the API does not take the key: {named} is wrong or has expired" + (f"; it needs {scope}" if scope else "")


def _scope(resource: str | None, words: Words) -> str | None:
    return words.scopes.get((resource or "").partition("__")[0])


def _answer(response: Response, resource: str | None, words: Words) -> str:
    if response.status_code == 401:
        return _bad_key(resource, words)
    if response.status_code == 403:
        scope = _scope(resource, words)
        needed = f"it needs {scope}" if scope else "see the connector's README for the scopes it needs"
        return f"the key may not read {resource or 'this'} (403): {needed}; the key is in {', '.join(words.variables)}"
    path = urlsplit(response.url).path
    said = " ".join(response.text.split())
    text = words.without_secrets(f"the API answered {response.status_code} to {path}" + (f": {said}" if said else ""))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
