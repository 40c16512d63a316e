"""亮证: the code that a holder shows on a phone. It lives for seconds, answers once, and tells who checked."""
