"""Pipelines of deals and their stages, over HTTP."""

from typing import TYPE_CHECKING

from sandbox.hubspot.bodies import PipelineBody, PipelineChange, StageBody
from sandbox.hubspot.errors import not_found, unsupported, validation
from sandbox.hubspot.records.pipelines import Pipeline
from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

DEAL = "0-3"


def _check(portal: "Portal", segment: str) -> None:
    if portal.schema.get(segment).id != DEAL:
        raise unsupported(f"pipelines of {segment}")


def listed(portal: "Portal", _request: Request, segment: str) -> Response:
    """Give all pipelines with their stages."""
    _check(portal, segment)
    return json_response({"results": [pipeline.shown() for pipeline in portal.pipelines]})


def retrieve(portal: "Portal", _request: Request, segment: str, pipeline_id: str) -> Response:
    """Give one pipeline."""
    _check(portal, segment)
    return json_response(portal.pipelines.get(pipeline_id).shown())


def create(portal: "Portal", request: Request, segment: str) -> Response:
    """Make a pipeline."""
    _check(portal, segment)
    new = _read(portal, request.read(PipelineBody), portal.pipelines.number())
    portal.pipelines.add(new)
    return json_response(new.shown(), status=201)


def replace(portal: "Portal", request: Request, segment: str, pipeline_id: str) -> Response:
    """Put another definition in a pipeline's place."""
    _check(portal, segment)
    old = portal.pipelines.get(pipeline_id)
    new = _read(portal, request.read(PipelineBody), old.id)
    for stage in old.stages:
        _check_unused(portal, "dealstage", stage)
    portal.pipelines.add(new)
    return json_response(new.shown())


def _read(portal: "Portal", given: PipelineBody, pipeline_id: str) -> Pipeline:
    now = portal.now_ms()
    stages = [portal.pipelines.stage_of(each, now) for each in given.stages]
    return Pipeline(
        id=pipeline_id,
        label=given.label,
        order=given.display_order,
        stages={stage.id: stage for stage in stages},
        created_ms=now,
        changed_ms=now,
    )


def change(portal: "Portal", request: Request, segment: str, pipeline_id: str) -> Response:
    """Change a pipeline's label or place."""
    _check(portal, segment)
    pipeline, given = portal.pipelines.get(pipeline_id), request.read(PipelineChange)
    pipeline.label = given.label or pipeline.label
    pipeline.order = pipeline.order if given.display_order is None else given.display_order
    pipeline.changed_ms = portal.now_ms()
    return json_response(pipeline.shown())


def remove(portal: "Portal", _request: Request, segment: str, pipeline_id: str) -> Response:
    """Take a pipeline away; one with deals stays."""
    _check(portal, segment)
    _check_unused(portal, "pipeline", pipeline_id)
    portal.pipelines.remove(pipeline_id)
    return Response(204)


def _check_unused(portal: "Portal", name: str, value: str) -> None:
    if any(record.values.get(name) == value for record in portal.tables[DEAL]):
        raise validation(f"{name} {value} is used by deals")


def stages(portal: "Portal", _request: Request, segment: str, pipeline_id: str) -> Response:
    """Give a pipeline's stages."""
    _check(portal, segment)
    found = portal.pipelines.get(pipeline_id).stages
    return json_response({"results": [stage.shown() for stage in found.values()]})


def stage(portal: "Portal", _request: Request, segment: str, pipeline_id: str, stage_id: str) -> Response:
    """Give one stage."""
    _check(portal, segment)
    found = portal.pipelines.get(pipeline_id).stages.get(stage_id)
    if found is None:
        raise not_found(f"Stage {stage_id} not found")
    return json_response(found.shown())


def create_stage(portal: "Portal", request: Request, segment: str, pipeline_id: str) -> Response:
    """Make a stage."""
    _check(portal, segment)
    pipeline = portal.pipelines.get(pipeline_id)
    new = portal.pipelines.stage_of(request.read(StageBody), portal.now_ms())
    portal.pipelines.put_stage(pipeline, new)
    return json_response(new.shown(), status=201)


def change_stage(portal: "Portal", request: Request, segment: str, pipeline_id: str, stage_id: str) -> Response:
    """Change a stage; what follows for its deals follows without a stamp of theirs."""
    _check(portal, segment)
    pipeline = portal.pipelines.get(pipeline_id)
    old = pipeline.stages.get(stage_id)
    if old is None:
        raise not_found(f"Stage {stage_id} not found")
    new = portal.pipelines.stage_of(request.read(StageBody), portal.now_ms(), old)
    portal.pipelines.put_stage(pipeline, new)
    return json_response(new.shown())


def remove_stage(portal: "Portal", _request: Request, segment: str, pipeline_id: str, stage_id: str) -> Response:
    """Take a stage away; one with deals stays."""
    _check(portal, segment)
    _check_unused(portal, "dealstage", stage_id)
    portal.pipelines.drop_stage(portal.pipelines.get(pipeline_id), stage_id)
    return Response(204)
