"""The command line: thin. Every verb is a few lines over `geo3d.workspace`; exit codes mean something.

0 done · 1 a geo3d error (its sentence is on stderr) · 2 wrong usage · 3 done, but something was lost or is unsound.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from geo3d import __version__
from geo3d.errors import Geo3dError, OptionError
from geo3d.labels import Ontology

if TYPE_CHECKING:
    from geo3d.raster.info import RasterInfo

app = typer.Typer(
    name="geo3d",
    help="Geospatial and 3D annotation workbench.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
SceneName = Annotated[str, typer.Option("--scene", help="Id or title of the scene.")]
Arrangement = Literal["layers", "stack", "mosaic", "series"]
Layout = Literal["native", "WebMercatorQuad"]
Coding = Literal["zstd", "deflate", "jpeg", "webp"]
OntologyAction = Literal["show", "import", "export", "add"]
Options = Annotated[list[str], typer.Option("--option", "-o", help="Option of the format, KEY=VALUE; repeatable.")]


def main() -> None:
    """Run the command line; a deliberate error is one sentence on stderr and exit code 1."""
    try:
        app()
    except Geo3dError as error:
        _err.print(f"[bold red]geo3d:[/] {error.message}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("stopped")
        sys.exit(130)


@contextmanager
def _progress(title: str, is_quiet: bool = False) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr while work runs; yields the function that is told the fraction."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_err, transient=True, disable=is_quiet or not _err.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


def options_of(pairs: list[str]) -> dict[str, Any]:
    """Return ``["a=1", "b=x", "c=[1,2]"]`` as options: values are JSON where they parse as JSON, else text.

    Raises:
        OptionError: A pair has no ``=``.
    """
    made: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise OptionError(f"--option wants KEY=VALUE, not {pair!r}")
        try:
            made[key.replace("-", "_")] = json.loads(value)
        except json.JSONDecodeError:
            made[key.replace("-", "_")] = value
    return made


def _print_version(is_asked: bool) -> None:
    if is_asked:
        _out.print(__version__, highlight=False)
        raise typer.Exit


_Version = typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)


@app.callback()
def _root(version: Annotated[bool, _Version] = False) -> None:
    pass


@app.command()
def init(folder: Folder, title: Annotated[str, typer.Option(help="Title of the project.")] = "") -> None:
    """Make a workspace in a folder."""
    from geo3d.workspace import Workspace

    with Workspace.create(folder, title or folder.resolve().name) as workspace:
        _out.print(f"workspace {workspace.root} is ready; add rasters with: geo3d add {folder} FILE...")


@app.command()
def add(
    folder: Folder,
    files: Annotated[list[str], typer.Argument(help="Rasters: paths, URLs of allowed hosts, or STAC items.")],
    scene: Annotated[str | None, typer.Option("--scene", help="Scene to add to; made when missing.")] = None,
    arrangement: Annotated[Arrangement, typer.Option("--as", help="How several files belong together.")] = "layers",
    is_each: Annotated[
        bool, typer.Option("--each", help="A scene of its own for every file; those that cannot be read are told.")
    ] = False,
    optimise: Annotated[bool, typer.Option("--optimise", help="Make a web-ready copy in the cache.")] = False,
    layout: Annotated[Layout, typer.Option(help="Grid of the web-ready copy.")] = "native",
    compression: Annotated[Coding, typer.Option(help="Of the copy: zstd and deflate lose nothing.")] = "zstd",
    quality: Annotated[int, typer.Option(help="Of jpeg and webp.", min=1, max=100)] = 85,
    hosts: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Host (or s3://BUCKET) that remote rasters may come from, from now on."),
    ] = None,
    is_s3_signed: Annotated[
        bool,
        typer.Option("--s3-credentials", help="Ask s3 with AWS's variables or files, from now on (private buckets)."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register rasters in a workspace; files stay where they are. Exit code 3 where --each left files out."""
    from geo3d.raster.copyplan import Optimisation
    from geo3d.workspace import Workspace

    if is_each and (scene is not None or arrangement != "layers"):
        raise OptionError("--each makes a scene for every file: leave --scene and --as away")
    refused: list[tuple[str, Geo3dError]] = []
    said: list[Any] = []
    with Workspace.open(folder) as workspace:
        if hosts:
            workspace.allow_hosts(hosts)
        if is_s3_signed:
            workspace.use_s3_credentials()
        for group in [[file] for file in files] if is_each else [files]:
            try:
                made, assets = workspace.add(group, scene=scene, arrangement=arrangement)
            except Geo3dError as error:
                if not is_each:
                    raise
                refused.append((group[0], error))
                continue
            for asset in assets if optimise else ():
                with _progress(f"optimise {asset.title}", as_json) as progress:
                    workspace.optimise(
                        asset, Optimisation(layout=layout, compression=compression, quality=quality), progress
                    )
            said.append({"scene": made.id, "assets": [asset.model_dump(mode="json") for asset in assets]})
            if not as_json:
                _say_added(made.title, [(asset.title, workspace.raster_of(asset).info) for asset in assets])
    if as_json:
        _print_json(said if is_each else said[0])
    for file, reason in refused:
        _err.print(f"[red]left out[/] {file}: {reason.message}", soft_wrap=True)
    if refused:
        raise typer.Exit(3)


def _say_added(scene: str, rasters: list[tuple[str, RasterInfo]]) -> None:
    for title, info in rasters:
        kind = f"{info.width} x {info.height} x {len(info.bands)} {info.dtype}"
        _out.print(f"{scene}: {title}  {kind}  {(info.crs or 'no CRS')[:80]}", soft_wrap=True)
        for problem in info.problems:
            _out.print(f"  [yellow]{problem.reason}[/]: {problem.message}", soft_wrap=True)


@app.command()
def info(
    file: Annotated[str, typer.Argument(help="A raster.")],
    as_json: AsJson = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Also read statistics and histograms.")] = False,
) -> None:
    """Say what a raster is: size, bands, CRS, levels, problems."""
    from geo3d.raster.source import open_raster
    from geo3d.raster.statistics import statistics_of
    from geo3d.raster.trust import Trust

    with open_raster(file, trust=Trust()) as raster:
        found = raster.info
        numbers = statistics_of(raster) if statistics else None
    if as_json:
        _print_json(
            {"info": found.model_dump(mode="json"), "statistics": numbers.model_dump(mode="json") if numbers else None}
        )
        return
    table = Table.grid(padding=(0, 2))
    levels = ", ".join(f"{v.width}x{v.height} ({v.origin})" for v in found.levels)
    for name, value in {
        "driver": found.driver,
        "size": f"{found.width} x {found.height} px",
        "crs": (found.crs or "none: pixel space")[:300],
        "link": found.link.kind if found.link else "none",
        "levels": levels,
        "compression": found.compression or "none",
        "mask": found.mask,
        "picture": f"bands {', '.join(map(str, found.rgb))}",
    }.items():
        table.add_row(f"[bold]{name}[/]", value)
    _out.print(table)
    bands = Table("band", "name", "dtype", "colour", "nodata", *(("min", "max", "mean") if numbers else ()))
    for k, band in enumerate(found.bands):
        row = [str(band.index), band.name, band.dtype, band.color, str(band.nodata)]
        if numbers:
            row += [
                f"{v:.6g}"
                for v in (numbers.bands[k].minimum, numbers.bands[k].maximum, numbers.bands[k].mean)
                if v is not None
            ]
        bands.add_row(*row)
    _out.print(bands)
    for problem in found.problems:
        _out.print(f"[yellow]{problem.reason}[/]: {problem.message}")


@app.command()
def serve(
    folder: Folder,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback needs a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; the next free one is taken when it is busy.")] = 8765,
    is_open: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
) -> None:
    """Serve a workspace to browsers; prints one URL."""
    _serve(folder, host, port, is_open)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to make the demo workspace.", metavar="[DIR]")] = Path(
        "geo3d-demo"
    ),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8765,
    is_open: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    is_served: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve it; --no-serve only makes it.")] = True,
    side: Annotated[float, typer.Option(help="Side of the simulated country, metres.", min=200, max=4000)] = 1000.0,
) -> None:
    """Make the simulated demo workspace when missing, and serve it."""
    from geo3d.demo import create_demo

    _err.print(f"demo workspace: {folder.resolve()}", soft_wrap=True)
    with _progress("simulate the demo's country") as progress:
        create_demo(folder, progress, side=side).close()
    if is_served:
        _serve(folder, host, port, is_open)


@app.command(name="export")
def export_(
    folder: Folder,
    target: Annotated[Path, typer.Argument(help="File to make, or folder where the format is one.", metavar="OUT")],
    scene: SceneName,
    format: Annotated[str, typer.Option("--format", "-f", help="Name of the format; see: geo3d formats.")],
    options: Options = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Write the labels of a scene in a format; says what it could not carry (exit code 3)."""
    from geo3d.workspace import Workspace

    with Workspace.open(folder) as workspace, _progress(f"export {format}", as_json) as progress:
        report = workspace.export(scene, format, target, options_of(options), progress)
    _report(report, as_json)


@app.command(name="import")
def import_(
    folder: Folder,
    source: Annotated[Path, typer.Argument(help="File to read.", metavar="SRC", exists=True)],
    scene: SceneName,
    format: Annotated[str, typer.Option("--format", "-f", help="Name of the format; see: geo3d formats.")],
    options: Options = [],  # noqa: B006
    crs: Annotated[str | None, typer.Option(help="CRS of the file where it states none.")] = None,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="FILE_CLASS=SLUG: put a class of the file into one of ours.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read labels into a scene as one undoable step; missing classes are made and reported."""
    from geo3d.workspace import Workspace

    class_map = {k: str(v) for k, v in (pair.split("=", 1) for pair in classes or ())}
    with Workspace.open(folder) as workspace, _progress(f"import {source.name}", as_json) as progress:
        result = workspace.import_labels(
            scene, format, source, options_of(options), crs=crs, class_map=class_map, progress=progress
        )
    if as_json:
        _print_json(result.model_dump(mode="json"))
    else:
        _out.print(result.text())
    if result.n_lost:
        raise typer.Exit(3)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="File to read.", metavar="SRC", exists=True)],
    target: Annotated[Path, typer.Argument(help="File to make.", metavar="OUT")],
    from_format: Annotated[str, typer.Option("--from", help="Format of the source.")],
    to_format: Annotated[str, typer.Option("--to", help="Format to make.")],
    options: Options = [],  # noqa: B006
    read_options: Annotated[list[str], typer.Option("--read-option", help="Option for reading, KEY=VALUE.")] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Turn labels of one format into another, without a workspace."""
    from geo3d.exchange import convert as convert_file
    from geo3d.formats.registry import readers, writers

    reader = readers().make(from_format, options_of(read_options))
    writer = writers().make(to_format, options_of(options))
    with _progress(f"convert {source.name}", as_json) as progress:
        report = convert_file(source, reader, target, writer, progress=progress)
    _report(report, as_json)


@app.command()
def formats(as_json: AsJson = False) -> None:
    """List the formats with what each carries and loses."""
    from geo3d.formats.registry import describe

    found = describe()
    if as_json:
        _print_json(found)
        return
    table = Table("name", "title", "reads", "writes", "carries", "loses")
    for f in found:
        table.add_row(
            f["name"],
            f["title"],
            "yes" if f["reads"] else "",
            "yes" if f["writes"] else "",
            ", ".join(f["carries"]),
            f["loses"],
        )
    _out.print(table)


@app.command()
def check(
    folder: Folder,
    is_mended: Annotated[bool, typer.Option("--rebuild", help="Rebuild the current state from the log.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a workspace: damage, state unlike the log, missing files. Exit code 3 when something is wrong."""
    from geo3d.workspace import Workspace

    with Workspace.open(folder) as workspace:
        if is_mended:
            with _progress("rebuild", as_json) as progress:
                workspace.store.rebuild(progress)
        problems = workspace.problems()
    if as_json:
        _print_json({"problems": problems})
    else:
        _out.print("\n".join(problems) if problems else "the workspace is sound")
    if problems:
        raise typer.Exit(3)


@app.command()
def ontology(
    folder: Folder,
    action: Annotated[OntologyAction, typer.Argument(help="What to do.")] = "show",
    value: Annotated[str, typer.Argument(help="File to import or export, or title of the class to add.")] = "",
    color: Annotated[str | None, typer.Option(help="Colour of an added class, #rrggbb.")] = None,
    key: Annotated[str | None, typer.Option(help="Key that chooses an added class: 0-9, a-z.")] = None,
    geometry: Annotated[
        list[str] | None, typer.Option("--geometry", help="What an added class may be drawn as; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show, import or export the classes of a workspace, or add one."""
    from geo3d.workspace import Workspace

    if action != "show" and not value:
        raise typer.BadParameter(
            "name a file to import or export, or the title of the class to add", param_hint="VALUE"
        )
    with Workspace.open(folder) as workspace:
        if action == "import":
            merged = workspace.ontology.merged(_read_ontology(Path(value)))
            workspace.edit_project(f"Import classes of {Path(value).name}", ontology=merged)
        elif action == "export":
            Path(value).write_text(workspace.ontology.model_dump_json(indent=2) + "\n", encoding="utf-8")
        elif action == "add":
            fields = {"color": color, "key": key, "geometries": tuple(geometry or ()) or None}
            workspace.add_class(value, actor="owner", **{name: given for name, given in fields.items() if given})
        _show_ontology(workspace.ontology, as_json)


def _show_ontology(found: Ontology, as_json: bool) -> None:
    if as_json:
        _print_json(found.model_dump(mode="json"))
        return
    table = Table("code", "slug", "title", "key", "drawn as", "attributes")
    for c in found.classes:
        title = f"[{c.color}]■[/] {c.title}" + (" (retired)" if c.retired else "")
        drawn, attributes = ", ".join(c.geometries) or "anything", ", ".join(a.name for a in c.attributes)
        table.add_row(str(c.code), c.slug, title, c.key or "", drawn, attributes)
    _out.print(table)


def _read_ontology(source: Path) -> Ontology:
    """Return the classes of a JSON file, or of a project's JSON. Raises OptionError."""
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
        return Ontology.model_validate(data.get("ontology", data))
    except (ValueError, AttributeError) as error:
        raise OptionError(f"{source} holds no classes: {error}") from None


def _serve(folder: Path, host: str, port: int, is_open: bool) -> None:
    """Start the application, which registers itself under the entry-point group ``geo3d.commands``."""
    found = {point.name: point for point in entry_points(group="geo3d.commands")}
    if "serve" not in found:
        raise OptionError("this installation has no server; install geo3d again with: pip install geo3d")
    found["serve"].load()(folder, host=host, port=port, is_open=is_open)


def _report(report: Any, as_json: bool) -> None:
    if as_json:
        _print_json(report.model_dump(mode="json"))
    else:
        _out.print(report.text(), soft_wrap=True)
    if report.n_lost:
        raise typer.Exit(3)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
