"""Runs under the system's Python with Debian's QGIS: opens what geo3d serves or writes, prints what QGIS sees as JSON.

usage: python3 reader.py wmts CAPABILITIES_URL LAYER MATRIX_SET CRS XMIN YMIN XMAX YMAX PICTURE.png
       python3 reader.py xyz URL_TEMPLATE XMIN YMIN XMAX YMAX PICTURE.png     (EPSG:3857)
       python3 reader.py gpkg FILE
"""

import json
import os
import sys
from urllib.parse import quote

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer  # type: ignore[import-not-found]


def picture(layer, crs, extent, target):
    """Render a layer to a PNG of 512 x 512 pixels; return the mean of its colours."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(512, 512))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    settings.setExtent(QgsRectangle(*extent))
    job, loop = QgsMapRendererSequentialJob(settings), QEventLoop()
    job.finished.connect(loop.quit)
    QTimer.singleShot(60_000, loop.quit)
    job.start()
    loop.exec_()  # tiles are fetched by the main thread's event loop
    job.renderedImage().save(target)
    return [e.message for e in job.errors()]


def raster(uri, crs, extent, target):
    """Open a WMS-provider layer and render it."""
    layer = QgsRasterLayer(uri, "geo3d", "wms")
    return {
        "valid": layer.isValid(),
        "error": "" if layer.isValid() else layer.error().summary(),  # 3.22 crashes where there is no error
        "crs": layer.crs().authid(),
        "errors": picture(layer, crs, extent, target) if layer.isValid() else [],
    }


def gpkg(path):
    """Open every layer of a GeoPackage; say its size, CRS and the style QGIS gives it by default."""
    found = {}
    whole = QgsVectorLayer(path, "whole", "ogr")
    for sub in whole.dataProvider().subLayers():
        name = sub.split("!!::!!")[1]
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        renderer = layer.renderer()
        found[name] = {
            "valid": layer.isValid(),
            "n": layer.featureCount(),
            "crs": layer.crs().authid(),
            "fields": [field.name() for field in layer.fields()],
            "renderer": renderer.type() if renderer else None,
            "colors": {str(c.value()): c.symbol().color().name() for c in renderer.categories()}
            if renderer and renderer.type() == "categorizedSymbol"
            else {},
        }
    return found


def main():
    """Run one command."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    verb, *rest = sys.argv[1:]
    if verb == "wmts":
        url, layer, matrix_set, crs, *numbers, target = rest
        where = f"layers={quote(layer)}&tileMatrixSet={matrix_set}&url={quote(url, safe='')}"
        uri = f"crs={crs}&format=image/png&styles=default&{where}"
        answer = raster(uri, crs, [float(n) for n in numbers], target)
    elif verb == "xyz":
        url, *numbers, target = rest
        uri = f"type=xyz&zmin=0&zmax=24&url={quote(url, safe=':/')}"
        answer = raster(uri, "EPSG:3857", [float(n) for n in numbers], target)
    else:
        answer = gpkg(rest[0])
    print(json.dumps(answer), flush=True)
    os._exit(0)  # QGIS 3.22 may crash when its providers are torn down without a window


if __name__ == "__main__":
    main()
