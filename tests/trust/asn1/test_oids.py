"""The national identifiers that asn1crypto is taught."""

from asn1crypto import algos, cms, keys

from trust.asn1 import oids


def test_asn1crypto_knows_them() -> None:
    assert algos.DigestAlgorithmId("sm3").dotted == "1.2.156.10197.1.401"
    assert algos.SignedDigestAlgorithmId("sm3_sm2").dotted == "1.2.156.10197.1.501"
    assert algos.SignedDigestAlgorithmId("sm2_sign").dotted == "1.2.156.10197.1.301.1"
    assert keys.NamedCurve("sm2p256v1").dotted == "1.2.156.10197.1.301"
    assert cms.ContentType("gm_signed_data").dotted == oids.GM_SIGNED_DATA
    assert cms.ContentType("gm_data").dotted == oids.GM_DATA


def test_teaching_twice_changes_nothing() -> None:
    before = dict(algos.DigestAlgorithmId._map)
    algos.DigestAlgorithmId("sm3")  # builds the reverse map, which must be kept in step
    oids.register()
    assert algos.DigestAlgorithmId._map == before
    assert algos.DigestAlgorithmId._reverse_map["sm3"] == "1.2.156.10197.1.401"


def test_the_international_ones_keep_their_meaning() -> None:
    assert cms.ContentType("signed_data").dotted == oids.SIGNED_DATA
    assert cms.ContentType("data").dotted == oids.DATA
    assert cms.ContentType("tst_info").dotted == oids.TST_INFO
