//! The vocabulary of the generated sites: 256 words, so that a word is a byte of a number.

/// Words of slugs.
pub(super) const WORDS: [&str; 256] = [
    "able", "acid", "aged", "air", "also", "arch", "area", "army", "atom", "auto", "away", "baby", "back",
    "ball", "band", "bank", "base", "bath", "bead", "beam", "bell", "belt", "bike", "bird", "blue", "boat",
    "body", "bolt", "bond", "bone", "book", "boot", "bowl", "bulk", "cabin", "cable", "cake", "calm", "camp",
    "card", "care", "cargo", "cart", "case", "cave", "cell", "chain", "chart", "chef", "chip", "city",
    "clay", "clock", "cloud", "coal", "coast", "code", "cold", "color", "copy", "core", "corn", "cost",
    "craft", "crew", "crop", "cube", "curve", "dance", "dash", "data", "dawn", "deck", "deep", "desk",
    "dial", "diet", "disk", "dome", "door", "draft", "drum", "dune", "dust", "early", "earth", "east",
    "echo", "edge", "editor", "engine", "equal", "event", "exact", "fable", "fact", "farm", "fast", "fern",
    "field", "film", "fire", "flag", "flame", "flat", "fleet", "flow", "foam", "focus", "fog", "folk",
    "food", "forge", "fork", "form", "fort", "frame", "fresh", "frost", "fruit", "fuel", "game", "garden",
    "gate", "gear", "gift", "glass", "globe", "goal", "gold", "grain", "grant", "graph", "grass", "green",
    "grid", "group", "guide", "gulf", "habit", "half", "hand", "harbor", "harvest", "hawk", "heat", "hedge",
    "helm", "hill", "hint", "home", "honey", "hook", "horn", "host", "house", "hub", "idea", "inlet",
    "input", "iron", "island", "ivory", "jade", "jazz", "join", "joint", "journal", "journey", "judge",
    "jump", "kernel", "kettle", "key", "kiln", "kind", "kite", "knot", "label", "lace", "ladder", "lake",
    "lamp", "land", "lane", "laser", "latch", "launch", "lava", "layer", "leaf", "lens", "letter", "level",
    "light", "lime", "line", "link", "lion", "list", "loan", "lodge", "logic", "loom", "loop", "lunar",
    "lynx", "machine", "magnet", "map", "maple", "march", "marine", "market", "mason", "matrix", "meadow",
    "medal", "melody", "menu", "mesh", "metal", "meter", "mill", "mint", "mirror", "model", "module", "moon",
    "moss", "motor", "mount", "museum", "native", "needle", "nest", "network", "night", "noble", "node",
    "north", "note", "novel", "number", "oak", "oasis", "ocean", "office", "olive", "onyx", "open", "orbit",
    "order", "origin", "outpost", "oxide",
];
