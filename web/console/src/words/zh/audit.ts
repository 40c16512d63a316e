export default {
  audit: {
    title: "审计记录",
    intact: "审计链完整：{events} 条记录，{checkpoints} 个签名检查点",
    broken: "审计链不完整！{events} 条记录，{checkpoints} 个签名检查点",
    sequence: "序号",
    at: "时间",
    tag: "事项",
    actor: "操作者",
    subject: "对象",
    facts: "详情",
    earlier: "上一页",
    later: "下一页",
  },
};
