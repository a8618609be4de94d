"""Errors as Salesforce answers them: always a list, with a code that clients branch on."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error. Raised for one row it becomes that row's result, else the whole answer."""

    def __init__(self, code: str, message: str, *, status: int = 400, fields: tuple[str, ...] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.fields = code, message, status, fields

    def body(self) -> list[dict[str, Any]]:
        """Shape of a whole answer."""
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return [error]

    def result(self) -> dict[str, Any]:
        """Shape of one row's result in a collection."""
        return {"success": False, "errors": [self.row()]}

    def row(self) -> dict[str, Any]:
        """Shape of one entry in a row's list of errors."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class RowError(ApiError):
    """What is wrong with one record; the other records of the request go on."""


class LoadProblem(ValueError):  # noqa: N818  # a problem of the document, as elsewhere in this project
    """A document that cannot be loaded: says which record, what is wrong and what to do."""


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    """No such resource, record or address."""
    return ApiError("NOT_FOUND", message, status=404)


def session_expired() -> ApiError:
    """The token is unknown or has expired."""
    return ApiError("INVALID_SESSION_ID", "Session expired or invalid", status=401)


def no_such_type(name: str) -> ApiError:
    """An object that does not exist, or that the running user may not see."""
    return ApiError(
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def no_such_column(field: str, entity: str) -> ApiError:
    """A field that does not exist, or that the running user may not see; Salesforce makes no difference."""
    return ApiError("INVALID_FIELD", f"No such column '{field}' on sobject of type {entity}")


def malformed(message: str) -> ApiError:
    """A query that cannot be understood, or that this stand-in does not support."""
    return ApiError("MALFORMED_QUERY", message)


def bad_json(message: str) -> ApiError:
    """A body that is not the JSON that the resource reads."""
    return ApiError("JSON_PARSER_ERROR", message)


def entity_is_deleted() -> RowError:
    """The record is in the recycle bin."""
    return RowError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=())


def bad_reference(field: str = "") -> RowError:
    """An id that names no record."""
    return RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", fields=(field,) if field else ())
