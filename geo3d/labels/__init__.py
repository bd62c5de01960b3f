"""Labels: what a label is and what may happen to it."""

from geo3d.labels.annotation import Annotation
from geo3d.labels.change import Change, ChangeSet, Delete, Document, Paint, Patch, Put
from geo3d.labels.check import LabelProblem, check_annotation
from geo3d.labels.dataset import AnnotationColumns, Dataset
from geo3d.labels.identity import Id, new_id
from geo3d.labels.layer import CHUNK_SIDE, ChunkRuns, Layer, Run
from geo3d.labels.ontology import Attribute, AttributeValue, LabelClass, Ontology, Skeleton, slug_of
from geo3d.labels.provenance import Provenance
from geo3d.labels.review import ReviewState, SampleStatus, check_transition
from geo3d.labels.scene import DISPLAY, Asset, Member, Project, Sample, Scene, SceneStatus
from geo3d.labels.thing import Relation, Thing

__all__ = [
    "CHUNK_SIDE",
    "DISPLAY",
    "Annotation",
    "AnnotationColumns",
    "Asset",
    "Attribute",
    "AttributeValue",
    "Change",
    "ChangeSet",
    "ChunkRuns",
    "Dataset",
    "Delete",
    "Document",
    "Id",
    "LabelClass",
    "LabelProblem",
    "Layer",
    "Member",
    "Ontology",
    "Paint",
    "Patch",
    "Project",
    "Provenance",
    "Put",
    "Relation",
    "ReviewState",
    "Run",
    "Sample",
    "SampleStatus",
    "Scene",
    "SceneStatus",
    "Skeleton",
    "Thing",
    "check_annotation",
    "check_transition",
    "new_id",
    "slug_of",
]
