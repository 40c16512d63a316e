"""Four eyes 四眼原则: one person proposes a change, another agrees to exactly that, and it is carried out once."""
