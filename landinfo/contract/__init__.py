"""What the API promises, as types: the shape of every answer, every parameter with what may stand in it.

``present*`` makes the answers; tests hold each to its type here. ``landinfo.present_api`` makes the OpenAPI document of
them.
"""
