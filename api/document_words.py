"""What faults of documents and drafts are called in words: of PDF and OFD, emblems, proofs, types, and selections.

Beside api/words.py, whose sentences they stand in, as those of api/fault_words.py do. Programs read the fault itself.
"""

from collections.abc import Mapping
from typing import Final

from api.detail_words import Words

__all__ = ["DOCUMENTS"]

LIMITS: Final[Mapping[str, Words]] = {
    "annotations": ("批注数", "annotations"),
    "characters": ("一页的字符数", "characters of a page"),
    "content": ("一页的内容", "the content of a page"),
    "entries": ("文件数", "files in it"),
    "field_name": ("域名称的长度", "the length of a field's name"),
    "fields": ("表单域数", "form fields"),
    "folders": ("文件夹层数", "folders within folders"),
    "hexadecimal_string": ("十六进制串的长度", "the length of a hexadecimal string"),
    "name": ("文件名长度", "the length of a name"),
    "number": ("数值的长度", "the length of a number"),
    "object_number": ("对象编号", "the number of an object"),
    "objects": ("对象数", "objects"),
    "occurrences": ("关键字出现次数", "occurrences of the keyword"),
    "pages": ("页数", "pages"),
    "ratio": ("压缩比", "how far it is packed"),
    "revisions": ("修订次数", "revisions"),
    "signatures": ("签名数", "signatures"),
    "size": ("文件大小（字节）", "its size in octets"),
    "stream": ("解压后的大小（字节）", "its size in octets when unpacked"),
    "total": ("解压后的总大小（字节）", "its size in octets when unpacked"),
    "value": ("签名值的大小（字节）", "the size of a signature value in octets"),
    "values": ("签名值的总大小（字节）", "the size of the signature values in octets"),
    "work": ("读取所需的步骤", "steps of reading it"),
    "xml": ("XML 的大小（字节）", "the size of an XML in octets"),
    "xml_depth": ("XML 的层数", "elements within elements"),
    "xml_elements": ("XML 的元素数", "elements of XML"),
}
"""Of what a document has too much."""

MOVING: Final[Mapping[str, Words]] = {
    "3D": ("三维模型", "a 3D model"),
    "AS": ("随场合变化的图层", "layers that change by the occasion"),
    "Alternates": ("替代图像", "alternate images"),
    "Collection": ("文件包", "a portfolio"),
    "GoTo3DView": ("三维视图动作", "an action on a 3D view"),
    "Hide": ("隐藏内容的动作", "an action that hides"),
    "ImportData": ("导入数据的动作", "an action that imports data"),
    "JavaScript": ("JavaScript 脚本", "JavaScript"),
    "Launch": ("启动程序的动作", "an action that starts a program"),
    "Movie": ("影片", "a movie"),
    "NoView": ("只在打印或只在屏幕上显示的批注", "an annotation for print alone, or for the screen alone"),
    "OPI": ("外部图像", "pictures from elsewhere"),
    "PS": ("PostScript 程序", "a PostScript program"),
    "Ref": ("引用其他文件的页面", "a page of another file"),
    "Rendition": ("播放动作", "an action that plays"),
    "RichMedia": ("富媒体", "rich media"),
    "RichMediaExecute": ("富媒体动作", "an action on rich media"),
    "Screen": ("播放窗口", "a screen for media"),
    "SetOCGState": ("切换图层的动作", "an action that switches layers"),
    "Sound": ("声音", "a sound"),
    "XFA": ("XFA 动态表单", "an XFA form"),
}
"""What makes a PDF show other things than were seen, by its name in ISO 32000-2."""

OTHERS: Final[Mapping[str, Words]] = {
    "after": ("文件末尾之后有其他内容", "something follows its end"),
    "before": ("文件开头之前有其他内容", "something stands before its beginning"),
    "dicom": ("DICOM 影像", "it is a DICOM image too"),
    "iso9660": ("光盘映像", "it is a disc image too"),
    "tar": ("TAR 归档", "it is a TAR archive too"),
    "zip": ("ZIP 归档", "it is a ZIP archive too"),
}
"""What a file is beside a PDF."""

EMBLEMS: Final[Mapping[str, Words]] = {
    "outlines": ("没有可用的轮廓，或过多", "it has no outlines that can be used, or too many"),
    "stroke": ("含有描边", "it has strokes"),
    "svg": ("不是可用的 SVG", "no SVG that can be used"),
    "too_large": ("文件过大", "too large"),
}
"""Of the drawings of emblems. What is named otherwise is an element that no emblem may have."""

RECORDS: Final[Mapping[str, Words]] = {
    "json": ("不是正确的 JSON", "no JSON"),
    "policy": ("验证策略有误", "its policy"),
    "size": ("文件过大", "too large"),
}
"""Of verification records. What is named otherwise is a member of the record."""

MATCHES: Final[Mapping[str, Words]] = {
    "content": ("原文不同", "another content"),
    "signed": ("签名文件不同", "another signed file"),
}
"""Of records that are about another file."""

EXHAUSTED: Final[Mapping[str, Words]] = {
    "answer": ("结果无法读取", "what came of it cannot be read"),
    "crash": ("读取中断", "reading broke off"),
    "memory": ("内存", "memory"),
    "processor_time": ("处理器时间", "processor time"),
    "time": ("时间", "time"),
}
"""Of what reading a file took too much (trust/worker_pool.py)."""

PROOFS: Final[Mapping[str, Words]] = {
    one: (chinese, one)
    for one, chinese in {
        "a signature of the call is none": "调用的签名不正确",
        "the chain does not begin with the intent": "记录链没有从用印意图开始",
        "the checkpoint is of another place": "检查点不在此处",
        "the checkpoint was signed with a key that is not trusted": "检查点的签名密钥不可信",
        "the checkpoint's signature does not hold": "检查点的签名不正确",
        "the line is not among its lines": "该行不在其记录之中",
        "the trail does not say how it ended": "审计记录没有说明结果",
        "the trail says nothing of its reference": "审计记录中没有其编号",
        "there is no event": "没有记录",
    }.items()
}
"""Of proofs of a stamping."""

SELECTIONS: Final[Mapping[str, Words]] = {
    "ends_from": ("有效期截止日的起始", "the first of the last days"),
    "ends_until": ("有效期截止日的终止", "the last of the last days"),
    "issued_from": ("签发日期的起始", "the first day of issue"),
    "issued_until": ("签发日期的终止", "the last day of issue"),
    "sealed_with": ("证照上的印章", "the seal that they bear"),
    "type_version": ("类型版本", "the version of the type"),
}
"""Of licences that are to be issued anew."""

PARTICULARS: Final[Mapping[str, Words]] = {
    "": ("整体格式", "the whole of it"),
    "code": ("类型代码", "the code of the type"),
    "defined_by": ("定义机构", "the defining authority"),
    "defined_by.level": ("定义机构的级别", "the level of the defining authority"),
    "defined_by.name": ("定义机构的名称", "the name of the defining authority"),
    "form": ("格式标识", "the form"),
    "four_eyes": ("需要复核的事项", "what a second person agrees to"),
    "holders": ("持证主体类别", "the holders"),
    "issuing_bodies": ("发证机关说明", "the issuing bodies"),
    "issuing_level": ("发证机关级别", "the issuing level"),
    "item": ("关联事项", "the item"),
    "item.code": ("关联事项编码", "the code of the item"),
    "item.name": ("关联事项名称", "the name of the item"),
    "name": ("类型名称", "the name"),
    "name_en": ("英文名称", "the English name"),
    "number": ("编号规则", "the rule for numbers"),
    "number.form": ("编号格式", "the form of numbers"),
    "number.rule": ("编号方式", "how numbers come about"),
    "signature": ("签名规则", "the rule for signatures"),
    "signature.level": ("签名等级", "the level of signatures"),
    "signature.mode": ("签名方式", "the mode of signatures"),
    "signature.outage": ("时间戳中断时的处理", "what is done without a time-stamp"),
    "validity": ("有效期规则", "the rule for validity"),
    "validity.count": ("有效期长度", "how long it lasts"),
    "validity.day": ("截止日期", "the last day"),
    "validity.from": ("有效期的起算日", "the day from which it lasts"),
    "validity.open_end": ("是否允许长期有效", "whether it may have no end"),
    "validity.rule": ("有效期规则", "the rule for validity"),
    "validity.unit": ("有效期单位", "the unit of validity"),
    "validity_note": ("有效期说明", "the note on validity"),
}
"""Of types, by the place in type.json (docs/licence-types.md). What is named otherwise is no member of it."""

SCHEMAS: Final[Mapping[str, Words]] = {
    "encoding": ("含有不能保存的字符", "it holds what no text can"),
    "size": ("过大", "it is too large"),
    "x-metadata": ("两个字段的 x-metadata 相同", "two fields have one x-metadata"),
}
"""Of the data of types. What is named otherwise is a place in the schema, as its author wrote it (JSONPath)."""

MISSING: Final[Mapping[str, Words]] = {
    "both": ("请再用一个验证因子验证身份，并办理实名核验", "show a further factor, and be proven anew"),
    "factor": ("请再用一个验证因子验证身份", "show a further factor"),
    "proofing": ("请办理实名核验", "be proven anew"),
}
"""What a session lacks for a level."""

DOCUMENTS: Final[Mapping[str, tuple[str, Mapping[str, Words]]]] = {
    "audit.proof_broken": ("reason", PROOFS),
    "bulk.selection_invalid": ("field", SELECTIONS),
    "identity.level_too_low": ("missing", MISSING),
    "licence.particulars_invalid": ("fault", PARTICULARS),
    "licence.schema_invalid": ("fault", SCHEMAS),
    "ofd.limit_exceeded": ("limit", LIMITS),
    "pdf.dynamic_content": ("what", MOVING),
    "pdf.limit_exceeded": ("limit", LIMITS),
    "pdf.polyglot": ("other", OTHERS),
    "seal.emblem_malformed": ("fault", EMBLEMS),
    "verification.record_malformed": ("place", RECORDS),
    "verification.record_mismatch": ("part", MATCHES),
    "worker.exhausted": ("limit", EXHAUSTED),
}
"""By the code of an error: the detail that is a fault, and what people call its values."""
