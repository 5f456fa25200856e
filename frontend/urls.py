"""The addresses of the pages people see. Accounts (frontend.views.account_urls) have their own."""

from django.urls import URLPattern, URLResolver, include, path

from frontend.views import (
    calendar_feeds,
    category,
    design,
    home,
    notices,
    offline,
    outlet,
    outlet_pictures,
    outlet_reviews,
    pages,
    preferences,
    previews,
    provider_vetting,
    search,
    search_filters,
    search_map,
    sitemaps,
)

public: list[URLPattern | URLResolver] = [
    # Booking and the customer's own pages: slots, hold, checkout, booking, bookings.
    path("", include("frontend.booking_urls")),
    path("", home.home, name="home"),
    path("seen/clear", home.forget_seen, name="forget_seen"),
    path("search", search.search, name="search"),
    path("search/counts", search_filters.counts, name="search_counts"),
    path("search/pins", search_map.pins, name="search_pins"),
    path("search/addresses", search.suggest, name="suggest"),
    path("o/<str:outlet_id>", outlet.outlet, name="outlet_short"),
    path("o/<str:outlet_id>/preview.png", previews.outlet, name="outlet_preview"),
    path("o/<str:outlet_id>/pictures", outlet_pictures.outlet_pictures, name="outlet_pictures"),
    path("o/<str:outlet_id>/reviews", outlet_reviews.outlet_reviews, name="outlet_reviews"),
    path("o/<str:outlet_id>/<str:slug>", outlet.outlet, name="outlet"),
    path("find/<slug:slug>", category.category, name="category"),
    path("preview.png", previews.site, name="preview"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-outlets-<int:part>.xml", sitemaps.outlets, name="sitemap_outlets"),
    path("for-providers", pages.for_providers, name="for_providers"),
    path("how-we-rank", pages.how_we_rank, name="how_we_rank"),
    path("help", pages.help_page, name="help"),
    path("privacy", pages.privacy, name="privacy"),
    path("documents/<str:document_id>", provider_vetting.document_file, name="document_file"),
    path("terms", pages.terms, name="terms"),
    path("calendar/<str:token>.ics", calendar_feeds.feed, name="calendar_feed"),
    path("design", design.design, name="design"),
    path("letters/stop", notices.stop_letters, name="stop_letters"),
    path("sw.js", offline.worker, name="service_worker"),
    path("site.webmanifest", offline.manifest, name="manifest"),
    path("offline", offline.offline, name="offline"),
    path("preferences", preferences.preferences, name="preferences"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("provider/", include("frontend.provider_urls")),
    path("desk/", include("frontend.desk_urls")),
    path("", include((public, "frontend"))),
]
