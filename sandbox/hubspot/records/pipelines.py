"""Pipelines and their stages. A stage says whether its deals are closed and how likely they are to be won."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.hubspot.bodies import StageBody
from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import not_found, validation


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a pipeline."""

    id: str
    label: str
    order: int
    closed: bool
    probability: str
    changed_ms: int = 0
    created_ms: int = 0

    @property
    def won(self) -> bool:
        """Whether deals in it are won: closed, and certain."""
        return self.closed and Decimal(self.probability) == 1

    def shown(self) -> dict[str, Any]:
        """Shape of the API: the metadata are texts."""
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": self.order,
            "metadata": {"isClosed": "true" if self.closed else "false", "probability": self.probability},
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.changed_ms),
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Pipeline:
    """One sequence of stages."""

    id: str
    label: str
    order: int
    stages: dict[str, Stage] = field(default_factory=dict)
    changed_ms: int = 0
    created_ms: int = 0

    def shown(self) -> dict[str, Any]:
        """Shape of the API."""
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": self.order,
            "stages": [stage.shown() for stage in self.stages.values()],
            "createdAt": iso(self.created_ms),
            "updatedAt": iso(self.changed_ms),
            "archived": False,
        }


class Pipelines:
    """The pipelines of deals. `version` changes with them, for values follow from stages."""

    def __init__(self) -> None:
        self._pipelines: dict[str, Pipeline] = {}
        self._numbers = 1_048_575_000
        self.version = 0

    def __iter__(self) -> Iterator[Pipeline]:
        return iter(self._pipelines.values())

    def add(self, new: Pipeline) -> None:
        """Add a pipeline, or replace the one of that id."""
        self._pipelines[new.id] = new
        self.version += 1

    def get(self, pipeline_id: str) -> Pipeline:
        """Give a pipeline; 404 when there is none."""
        if pipeline_id not in self._pipelines:
            raise not_found(f"Pipeline {pipeline_id} not found")
        return self._pipelines[pipeline_id]

    def remove(self, pipeline_id: str) -> None:
        """Take a pipeline away."""
        del self._pipelines[self.get(pipeline_id).id]
        self.version += 1

    def stage(self, stage_id: str) -> Stage | None:
        """Find a stage; its id is the only one in all pipelines."""
        return next((each.stages[stage_id] for each in self._pipelines.values() if stage_id in each.stages), None)

    def holds(self, stage_id: str) -> Pipeline | None:
        """Find the pipeline of a stage."""
        return next((each for each in self._pipelines.values() if stage_id in each.stages), None)

    def number(self) -> str:
        """Make an id for a new pipeline or stage."""
        self._numbers += 1
        return str(self._numbers)

    def put_stage(self, pipeline: Pipeline, stage: Stage) -> None:
        """Add a stage, or replace the one of that id."""
        pipeline.stages[stage.id] = stage
        self.version += 1

    def drop_stage(self, pipeline: Pipeline, stage_id: str) -> None:
        """Take a stage away; 404 when there is none."""
        if pipeline.stages.pop(stage_id, None) is None:
            raise not_found(f"Stage {stage_id} not found")
        self.version += 1

    def stage_of(self, given: StageBody, now_ms: int, old: Stage | None = None) -> Stage:
        """Read a stage of a request; what is not given stays as it was. A closed one is won or lost for certain."""
        if old is None:
            probability = given.metadata.probability or ""
            closed = probability in {"1.0", "0.0"}
            old = Stage(id=self.number(), label="", order=0, closed=closed, probability=probability, created_ms=now_ms)
        new = replace(
            old,
            label=given.label or old.label,
            order=old.order if given.display_order is None else given.display_order,
            probability=given.metadata.probability or old.probability,
            changed_ms=now_ms,
        )
        if given.metadata.is_closed is not None:
            new = replace(new, closed=str(given.metadata.is_closed).lower() == "true")
        if not new.label:
            raise validation("A stage needs a label")
        _check_probability(new.probability)
        return new


def _check_probability(text: str) -> None:
    try:
        inside = 0 <= Decimal(text) <= 1
    except InvalidOperation:
        inside = False
    if not inside:
        raise validation(f"metadata.probability must be between 0.0 and 1.0, and was {text!r}")


_SALES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)


def sales_pipeline(now_ms: int) -> Pipeline:
    """Give the pipeline that every portal starts with."""
    stages = [
        Stage(
            id=name, label=label, order=place, closed=name.startswith("closed"), probability=probability,
            created_ms=now_ms, changed_ms=now_ms,
        )
        for place, (name, label, probability) in enumerate(_SALES)
    ]  # fmt: skip
    return Pipeline(
        id="default",
        label="Sales Pipeline",
        order=0,
        stages={stage.id: stage for stage in stages},
        created_ms=now_ms,
        changed_ms=now_ms,
    )
