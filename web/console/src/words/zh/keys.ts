export default {
  keys: { title: "" },
};
