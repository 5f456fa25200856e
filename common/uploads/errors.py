"""Why a file is not taken."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class UploadRefused(DomainError):
    """The file could not be looked through within bounds of time, memory and number of parts."""

    code = "upload_refused"
    title = _("This file is too complicated. Save or scan it again and send that.")


class UploadEmpty(UploadRefused):
    """No file was sent, or one without content."""

    code = "upload_empty"
    title = _("Choose a file: nothing was sent.")


class UploadTypeRefused(UploadRefused):
    """By its content the file is none of the kinds that are taken, or more than one thing at once."""

    code = "upload_type_refused"
    title = _(
        "This kind of file is not taken. Send a photo (JPEG, PNG, WebP, HEIC) or, for documents, a PDF."
    )


class UploadTooLarge(UploadRefused):
    """The file has more than 9 MB (`max` bytes)."""

    code = "upload_too_large"
    title = _("This file is too large: at most 9 MB.")


class UploadTooManyPixels(UploadRefused):
    """A picture, or one inside a PDF, has more than 50 million pixels, or 20,000 along a side."""

    code = "upload_too_many_pixels"
    title = _("This picture is too large: at most 50 megapixels.")


class UploadTooManyPages(UploadRefused):
    """A PDF has more than 100 pages."""

    code = "upload_too_many_pages"
    title = _("This document is too long: at most 100 pages.")


class UploadDamaged(UploadRefused):
    """The file cannot be read to its end."""

    code = "upload_damaged"
    title = _("This file is damaged. Open it on your device and save it again.")


class UploadActiveContent(UploadRefused):
    """A PDF has scripts, actions, forms of another kind, or files inside it."""

    code = "upload_active_content"
    title = _("This PDF contains scripts, actions or attached files. Print it to a new PDF and send that.")


class UploadEncrypted(UploadRefused):
    """A PDF is protected with a password."""

    code = "upload_encrypted"
    title = _("This PDF is protected with a password. Send it without one.")


class UploadPictureKindRefused(UploadRefused):
    """A PDF has pictures of a kind whose size cannot be told before they are drawn (JBIG2)."""

    code = "upload_picture_kind_refused"
    title = _(
        "This PDF has pictures in a format that is not taken (JBIG2). Scan it in colour or grey, or send photos."
    )


class UploadBusy(UploadRefused):
    """As many files are being looked at as may be at once; the same one may be taken in a moment."""

    code = "upload_busy"
    status = 503
    retry_after = 10
    title = _("Many files are being looked at just now. Send yours again in a moment.")


class UploadTooManyToday(UploadRefused):
    """The sender has sent 100 files within 24 hours."""

    code = "upload_too_many_today"
    status = 429
    retry_after = 3600
    title = _("You have sent very many files today. Send more tomorrow.")


BY_CODE: dict[str, type[UploadRefused]] = {
    error.code: error
    for error in (
        UploadRefused,
        UploadTypeRefused,
        UploadTooManyPixels,
        UploadTooManyPages,
        UploadDamaged,
        UploadActiveContent,
        UploadEncrypted,
        UploadPictureKindRefused,
    )
}
