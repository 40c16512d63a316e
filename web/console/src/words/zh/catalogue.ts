export default {
  catalogue: { title: "" },
};
