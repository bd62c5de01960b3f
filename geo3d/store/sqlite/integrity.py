"""Rules between documents, checked after an entry is written and before it is committed."""

from __future__ import annotations

from geo3d.labels.check import LabelProblem
from geo3d.store.admission import refuse
from geo3d.store.sqlite.log import Entry
from geo3d.store.sqlite.schema import ANNOTATION, THING
from geo3d.store.sqlite.standing import Standing


def check_links(entry: Entry) -> None:
    """Refuse a written document that names one which is not there, and a deletion of one that others still name.

    Raises:
        ValidationFailed: With one problem for each.
    """
    if not _has_links(entry):
        return
    span = entry.first_version, entry.next_version
    missing = entry.db.execute(
        "SELECT d.id, l.target FROM version v JOIN link l ON l.content = v.content JOIN document d ON d.fid = v.fid"
        " WHERE v.seq >= ? AND v.seq < ? AND NOT EXISTS (SELECT 1 FROM document o WHERE o.stream = d.stream"
        " AND o.kind BETWEEN 0 AND 6 AND o.id = l.target AND o.content IS NOT NULL)",
        span,
    ).fetchall()
    named = entry.db.execute(
        "SELECT d.id, o.id FROM version v JOIN document d ON d.fid = v.fid JOIN link l ON l.target = d.id"
        " JOIN document o ON o.fid = l.fid AND o.content = l.content AND o.stream = d.stream"
        " WHERE v.seq >= ? AND v.seq < ? AND v.content IS NULL",
        span,
    ).fetchall()
    refuse(
        [
            *(LabelProblem(id, "unknown-target", f"it names {target!r}, which is not there") for id, target in missing),
            *(
                LabelProblem(id, "in-use", f"{other!r} still names it; delete or change that first")
                for id, other in named
            ),
        ]
    )


def check_slots(entry: Entry) -> None:
    """Refuse a second annotation of one thing in one sample and frame.

    Raises:
        ValidationFailed: With one problem for each.
    """
    if not _has_links(entry):
        return
    twice = entry.db.execute(
        "SELECT d.id, l.target FROM version v JOIN document d ON d.fid = v.fid AND d.kind = ?"
        " JOIN link l ON l.content = v.content"
        " JOIN document t ON t.stream = d.stream AND t.kind = ? AND t.id = l.target"
        " JOIN facet f ON f.content = v.content"
        " WHERE v.seq >= ? AND v.seq < ? AND EXISTS ("
        "  SELECT 1 FROM link m JOIN document o ON o.fid = m.fid AND o.content = m.content AND o.kind = d.kind"
        "  JOIN facet g ON g.content = m.content WHERE m.target = l.target AND o.stream = d.stream AND o.fid <> d.fid"
        "  AND g.sample IS f.sample AND g.frame IS f.frame)",
        (ANNOTATION, THING, entry.first_version, entry.next_version),
    ).fetchall()
    refuse(
        [
            LabelProblem(
                id, "second-observation", f"the thing {thing!r} has an annotation in this sample and frame already"
            )
            for id, thing in twice
        ]
    )


def check_scene(entry: Entry, standing: Standing) -> None:
    """Refuse a state in which annotations lie in frames or samples that their scene does not have.

    Raises:
        ValidationFailed: It names the first frame, or the sample.
    """
    scene = standing.scene()
    if scene is None:
        return
    n_samples = len(scene.samples)
    missing = sorted(standing.frames_used() - {frame.id for frame in scene.frames})
    problems = [("frame-in-use", f"labels lie in the frame {name!r}, so it has to stay") for name in missing]
    if entry.db.execute(
        # the order is forced: from the documents' side it would read every one of the stream
        "SELECT 1 FROM facet f CROSS JOIN document d ON d.fid = f.fid AND d.content = f.content"
        " WHERE f.sample >= ? AND d.stream = ? LIMIT 1",
        (n_samples, entry.stream.id),
    ).fetchone():
        problems.append(
            ("sample-in-use", f"labels are in samples beyond the {n_samples} of the scene, which have to stay")
        )
    refuse([LabelProblem(scene.id, reason, message) for reason, message in problems])


def _has_links(entry: Entry) -> bool:
    """Return False where no document of the workspace names another, as after a plain import: nothing to check then."""
    return entry.db.execute("SELECT 1 FROM link LIMIT 1").fetchone() is not None
