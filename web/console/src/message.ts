// What passes by at the top of the page, loaded when something is first said there.
import "element-plus/es/components/message/style/css";

export { ElMessage } from "element-plus";
