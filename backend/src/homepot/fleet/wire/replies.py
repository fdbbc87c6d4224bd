"""The envelope of every answer on the wire."""

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

Data = TypeVar("Data")


class Reply(BaseModel, Generic[Data]):
    status: Literal["success"] = "success"
    message: str
    data: Data
