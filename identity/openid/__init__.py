"""One sign-on 统一登录: what business systems are told about who is acting (OpenID Connect Core 1.0, OAuth 2.0)."""
