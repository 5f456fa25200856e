"""The drawn street: houses and shop fronts as SVG text, the same for the same seed.

Pure functions over plain values. Colours are classes (src/css/drawing.css), so one drawing serves both
themes, and no style attribute is needed under the site's content security policy.
"""

from frontend.drawing.kinds import Kind, kind_of
from frontend.drawing.scenes import Crop, Hung, Shop, interior, quiet_street, shop_front, street

__all__ = ["Crop", "Hung", "Kind", "Shop", "interior", "kind_of", "quiet_street", "shop_front", "street"]
