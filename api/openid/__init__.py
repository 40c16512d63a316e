"""The OpenID Provider as browsers and business systems meet it."""
