export default {
  identity: { title: "" },
};
