"""The application: geo3d behind HTTP. `create_app` in ``app.py`` puts it together; ``main.py`` serves it."""
