"""Files as a browser sends them, with whatever name and type the sender likes."""

from django.core.files.uploadedfile import SimpleUploadedFile

CANARY = b"canary-6c1f0a"


def sent(content: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=content_type)
