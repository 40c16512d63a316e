export default {
  verify: { title: "" },
};
