"""Errors as HubSpot answers them: a category that clients branch on, and details where there are any."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Context = Mapping[str, Sequence[str]]


class ApiError(Exception):
    """An answer that is an error. Raised for one input of a batch it becomes an entry of its `errors`."""

    def __init__(
        self,
        category: str,
        message: str,
        *,
        status: int = 400,
        sub_category: str | None = None,
        context: Context | None = None,
        errors: Sequence[Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{category}: {message}")
        self.category, self.message, self.status = category, message, status
        self.headers, self.extra = dict(headers or {}), dict(extra or {})
        self.details = {
            name: value
            for name, value in (("subCategory", sub_category), ("context", context), ("errors", errors))
            if value is not None
        }

    def body(self, correlation_id: str) -> dict[str, Any]:
        """Shape of a whole answer. Rate limits carry an `errorType` and no category."""
        named = {} if "errorType" in self.extra else {"category": self.category}
        return {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
            **named,
            **self.details,
            **self.extra,
        }

    def item(self, context: Context, *, strict: bool) -> dict[str, Any]:
        """Shape of one entry in a batch's errors; `strict` adds the keys that the client's models demand."""
        details = {name: value for name, value in self.details.items() if name != "context"}
        item = {"status": "error", "category": self.category, "message": self.message, "context": context, **details}
        return {"links": {}, "errors": [], **item} if strict else item


class LoadProblem(ValueError):  # noqa: N818  # a problem of the document, as elsewhere in this project
    """A document that cannot be loaded: says which record, what is wrong and what to do."""


class InvalidValue(ValueError):  # noqa: N818  # a problem of one property's value
    """A property's value that is refused; `code` is the API's word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def invalid_values(portal_id: int, problems: Sequence[tuple[str, InvalidValue]]) -> ApiError:
    """One or more values of a write are refused; the message holds them as JSON."""
    shown = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": name,
            "localizedErrorMessage": problem.message,
            "portalId": portal_id,
        }
        for name, problem in problems
    ]
    return validation(f"Property values were not valid: {msgspec.json.encode(shown).decode()}")


def validation(message: str, **details: Any) -> ApiError:
    """The request cannot be understood, or asks for more than is allowed."""
    return ApiError("VALIDATION_ERROR", message, **details)


def not_found(message: str = "resource not found") -> ApiError:
    """No such record, definition or address."""
    return ApiError("OBJECT_NOT_FOUND", message, status=404)


def unsupported(what: str) -> ApiError:
    """The real API can do this and this stand-in cannot: said aloud, so that nobody builds on an empty answer."""
    return ApiError("NOT_IN_SANDBOX", f"{what} is not supported by this stand-in", status=501)
