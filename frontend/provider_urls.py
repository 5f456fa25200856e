"""The pages of members of a business, under /provider/."""

from datetime import date

from django.urls import path, register_converter

from frontend.views import (
    invitations,
    provider,
    provider_add,
    provider_bank,
    provider_board,
    provider_busy,
    provider_calendars,
    provider_customers,
    provider_day,
    provider_drop,
    provider_hours,
    provider_invoices,
    provider_members,
    provider_money,
    provider_numbers,
    provider_outlets,
    provider_payee,
    provider_people,
    provider_pictures,
    provider_prices,
    provider_queue,
    provider_refunds,
    provider_reviews,
    provider_seasons,
    provider_services,
    provider_sessions,
    provider_several,
    provider_tables,
    provider_terms,
    provider_times,
    provider_training,
    provider_vetting,
    provider_visits,
    provider_waitlist,
    provider_week_copy,
)

app_name = "provider"


class DateConverter:
    """A date in ISO 8601."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DateConverter, "date")

_business = "<str:provider_id>/"
_outlet = f"{_business}outlets/<str:outlet_id>/"
_person = f"{_business}staff/<str:staff_id>/"
_session = f"{_business}sessions/<str:session_id>/"
_service = f"{_business}services/<str:service_id>/"

urlpatterns = [
    path("", provider.index, name="index"),
    path("new/", provider.create, name="create"),
    path("invitation", invitations.by_link, name="invitation"),
    path("invitations/<str:invitation_id>/accept", invitations.accept, name="invitation_accept"),
    path("invitations/<str:invitation_id>/decline", invitations.decline, name="invitation_decline"),
    path(_business, provider.overview, name="overview"),
    path(f"{_business}about/", provider.edit, name="edit"),
    path(f"{_business}application/", provider_vetting.application, name="application"),
    path(f"{_business}application/write/", provider_vetting.write, name="vetting_write"),
    path(f"{_business}application/appeal/<str:entry_id>/", provider_vetting.appeal, name="appeal"),
    path(f"{_business}notices/<str:notice_id>/appeal/", provider_vetting.appeal_notice, name="appeal_notice"),
    path(f"{_business}submit/", provider_vetting.submit, name="submit"),
    path(f"{_business}documents/", provider_vetting.documents, name="documents"),
    path(
        f"{_business}documents/new/<slug:document_kind>/", provider_vetting.document_new, name="document_new"
    ),
    path(f"{_business}outlets/", provider_outlets.listing, name="outlets"),
    path(f"{_business}outlets/new/", provider_outlets.create, name="outlet_new"),
    path(_outlet, provider_outlets.edit, name="outlet"),
    path(f"{_outlet}square/", provider_outlets.square, name="outlet_square"),
    path(f"{_outlet}pictures/", provider_pictures.pictures, name="pictures"),
    path(f"{_business}pictures/<str:picture_id>/", provider_pictures.change, name="picture"),
    path(f"{_business}pictures/<str:picture_id>/file", provider_pictures.file, name="picture_file"),
    path(f"{_outlet}archive/", provider_outlets.archive, name="outlet_archive"),
    path(f"{_outlet}hours/", provider_hours.week, name="hours"),
    path(f"{_outlet}times/", provider_times.times, name="times"),
    path(f"{_outlet}seasons/", provider_seasons.seasons, name="seasons"),
    path(f"{_outlet}seasons/remove/", provider_seasons.remove, name="season_remove"),
    path(f"{_outlet}days/copy/", provider_week_copy.week_copy, name="week_copy"),
    path(f"{_outlet}days/", provider_hours.days, name="days"),
    path(f"{_outlet}days/<date:on>/clear/", provider_hours.clear_date, name="date_clear"),
    path(
        f"{_business}closures/<str:closure_id>/remove/", provider_hours.remove_closure, name="closure_remove"
    ),
    path(f"{_business}<str:outlet_id>/day", provider_day.day, name="day"),
    path(f"{_business}<str:outlet_id>/board", provider_board.board, name="board"),
    path(f"{_business}<str:outlet_id>/scan", provider_day.scan, name="scan"),
    path(f"{_business}<str:outlet_id>/day/add", provider_add.add, name="visit_new"),
    path(f"{_outlet}waitlist/", provider_waitlist.waiting, name="waitlist"),
    path(f"{_business}waits/<str:wait_id>/take-off/", provider_waitlist.take_off, name="wait_take_off"),
    path(f"{_business}<str:outlet_id>/queue", provider_queue.queue, name="queue"),
    path(f"{_business}queue/<str:place_id>/link", provider_queue.link, name="queue_link"),
    path(f"{_business}queue/<str:place_id>/<slug:deed>", provider_queue.do, name="queue_do"),
    path(f"{_outlet}sessions/", provider_sessions.listing, name="sessions"),
    path(f"{_outlet}sessions/new/", provider_sessions.create, name="session_new"),
    path(_session, provider_sessions.session, name="session"),
    path(f"{_session}seats/", provider_sessions.seats, name="session_seats"),
    path(f"{_session}move/", provider_sessions.move, name="session_move"),
    path(f"{_session}cancel/", provider_sessions.cancel, name="session_cancel"),
    path(f"{_business}visits/<str:ref>/", provider_visits.visit, name="visit"),
    path(f"{_business}visits/<str:ref>/payment", provider_visits.take_payment, name="visit_take"),
    path(f"{_business}visits/<str:ref>/payment/back", provider_visits.reverse_payment, name="visit_untake"),
    path(f"{_business}visits/<str:ref>/price", provider_prices.propose, name="visit_price"),
    path(
        f"{_business}visits/<str:ref>/price/<str:change>/withdraw",
        provider_prices.withdraw,
        name="visit_price_withdraw",
    ),
    path(f"{_business}visits/<str:ref>/square", provider_prices.square, name="visit_square"),
    path(f"{_business}visits/<str:ref>/refund", provider_refunds.refund, name="visit_refund"),
    path(f"{_business}visits/<str:ref>/message", provider_visits.message, name="visit_message"),
    path(f"{_business}visits/<str:ref>/move", provider_visits.move, name="visit_move"),
    path(f"{_business}visits/<str:ref>/drop", provider_drop.drop, name="visit_drop"),
    path(f"{_business}visits/<str:ref>/cancel", provider_day.cancel, name="visit_cancel"),
    path(f"{_business}visits/<str:ref>/keep", provider_day.keep, name="visit_keep"),
    path(f"{_business}visits/<str:ref>/standard", provider_day.tick, name="visit_standard"),
    path(f"{_business}visits/<str:ref>/<slug:action>", provider_day.mark, name="visit_mark"),
    path(f"{_business}customers/", provider_customers.listing, name="customers"),
    path(f"{_business}customers/<str:customer_id>/", provider_customers.customer, name="customer"),
    path(f"{_business}notes/<str:note_id>/", provider_customers.note, name="customer_note"),
    path(f"{_business}calendars/", provider_calendars.calendars, name="calendars"),
    path(
        f"{_business}calendars/<str:work_feed_id>/revoke/", provider_calendars.revoke, name="calendar_revoke"
    ),
    path(f"{_person}calendars/", provider_busy.busy, name="busy"),
    path(f"{_business}busy/<str:busy_calendar_id>/read/", provider_busy.read, name="busy_read"),
    path(f"{_business}busy/<str:busy_calendar_id>/remove/", provider_busy.remove, name="busy_remove"),
    path(f"{_business}training/", provider_training.listing, name="training"),
    path(f"{_business}training/<slug:category>/", provider_training.quiz, name="quiz"),
    path(f"{_business}staff/", provider_people.listing, name="staff"),
    path(f"{_business}staff/new/", provider_people.create, name="staff_new"),
    path(_person, provider_people.edit, name="person"),
    path(f"{_person}photo/", provider_people.photo, name="person_photo"),
    path(f"{_person}archive/", provider_people.archive, name="staff_archive"),
    path(f"{_business}time-off/", provider_people.time_off, name="time_off"),
    path(
        f"{_business}time-off/<str:time_off_id>/remove/",
        provider_people.remove_time_off,
        name="time_off_remove",
    ),
    path(f"{_business}tables/<slug:table_kind>/", provider_tables.table, name="table"),
    path(f"{_business}tables/<slug:table_kind>.csv", provider_tables.as_csv, name="table_csv"),
    path(f"{_business}services/", provider_services.listing, name="services"),
    path(f"{_business}services/several/", provider_several.several, name="services_several"),
    path(f"{_business}services/new/", provider_services.create, name="service_new"),
    path(_service, provider_services.edit, name="service"),
    path(f"{_service}offers/", provider_services.offers, name="offers"),
    path(f"{_service}archive/", provider_services.archive, name="service_archive"),
    path(f"{_service}options/new/", provider_services.add_option, name="option_new"),
    path(f"{_business}options/<str:option_id>/", provider_services.edit_option, name="option"),
    path(
        f"{_business}options/<str:option_id>/archive/",
        provider_services.archive_option,
        name="option_archive",
    ),
    path(f"{_business}things/", provider_outlets.things, name="things"),
    path(f"{_business}things/kinds/", provider_outlets.add_kind, name="kind_add"),
    path(
        f"{_business}things/kinds/<str:kind_id>/archive/", provider_outlets.archive_kind, name="kind_archive"
    ),
    path(f"{_business}things/units/", provider_outlets.add_unit, name="unit_add"),
    path(f"{_business}things/units/<str:unit_id>/", provider_outlets.edit_unit, name="unit"),
    path(
        f"{_business}things/units/<str:unit_id>/archive/", provider_outlets.archive_unit, name="unit_archive"
    ),
    path(f"{_business}reviews/", provider_reviews.listing, name="reviews"),
    path(f"{_business}reviews/<str:review_id>/", provider_reviews.review, name="review"),
    path(f"{_business}terms/", provider_terms.listing, name="terms"),
    path(f"{_business}terms/edit/", provider_terms.edit, name="terms_edit"),
    path(f"{_business}terms/remove/", provider_terms.remove, name="terms_remove"),
    path(f"{_business}money/", provider_money.money, name="money"),
    path(f"{_business}money/account/", provider_payee.account, name="payee"),
    path(f"{_business}money/account/go-on/", provider_payee.go_on, name="payee_go_on"),
    path(f"{_business}money/account/back/", provider_payee.back, name="payee_back"),
    path(f"{_business}money/statement.pdf", provider_money.as_pdf, name="statement_pdf"),
    path(f"{_business}money/statement.csv", provider_money.as_csv, name="statement_csv"),
    path(f"{_business}numbers/", provider_numbers.numbers, name="numbers"),
    path(f"{_business}numbers/numbers.csv", provider_numbers.as_csv, name="numbers_csv"),
    path(f"{_business}invoices/", provider_invoices.listing, name="invoices"),
    path(
        f"{_business}invoices/commission/<str:commission_id>.pdf",
        provider_invoices.commission_pdf,
        name="commission_pdf",
    ),
    path(f"{_business}invoices/seller/", provider_invoices.seller, name="seller"),
    path(f"{_business}invoices/<int:year>.csv", provider_invoices.table, name="invoices_table"),
    path(f"{_business}bank/", provider_bank.account, name="bank"),
    path(f"{_business}bank/change/", provider_bank.edit, name="bank_edit"),
    path(f"{_business}bank/remove/", provider_bank.remove, name="bank_remove"),
    path(f"{_business}members/", provider_members.member_list, name="members"),
    path(f"{_business}members/new/", provider_members.invite, name="member_new"),
    path(
        f"{_business}members/invited/<str:invitation_id>/withdraw/",
        provider_members.withdraw,
        name="invitation_withdraw",
    ),
    path(f"{_business}close/", provider.close, name="close"),
    path(f"{_business}leave/", provider_members.leave, name="leave"),
    path(f"{_business}members/<str:user_id>/", provider_members.edit_member, name="member"),
    path(f"{_business}members/<str:user_id>/remove/", provider_members.remove_member, name="member_remove"),
]
